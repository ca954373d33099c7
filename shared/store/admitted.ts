import { difference, stateCounter, tallyOf, type Tally } from '../domain/tally.ts';
import { newUpgrade, type Upgrade } from '../domain/upgrade.ts';
import type { AuditEntry, Pick } from './store.ts';

/** Everything that comes into being when a waiting client is admitted. */
export interface Admitted {
  readonly upgrade: Upgrade;
  readonly counters: Tally;
  readonly audit: AuditEntry;
}

export function admitted(campaign: string, { client, wave, logonServer }: Pick, at: number): Admitted {
  const upgrade = newUpgrade(client, wave, logonServer);
  return {
    upgrade,
    counters: difference(waitingTally([{ client, wave, logonServer }]), tallyOf(upgrade)),
    audit: {
      at,
      campaign,
      client,
      who: 'admission',
      from: 'waiting',
      to: upgrade.state.phase,
      because: 'admitted: a slot is free',
      evidence: null,
    },
  };
}

/** What waiting clients contribute to their campaign's counters. */
export function waitingTally(clients: readonly Pick[]): Tally {
  const tally: Record<string, number> = {};
  for (const { wave, logonServer } of clients) {
    const name = stateCounter(wave, logonServer, 'waiting');
    tally[name] = (tally[name] ?? 0) + 1;
  }
  return tally;
}
