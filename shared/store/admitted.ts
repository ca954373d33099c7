import { difference, stateCounter, type Counters } from '../domain/outcome/counters.ts';
import { countersOf } from '../domain/upgrade/count-upgrade.ts';
import { newUpgrade, type Upgrade } from '../domain/upgrade/state.ts';
import type { Pace } from './admission-store.ts';
import type { AuditEntry, WaitingClient } from './types.ts';

/** What a store writes when it admits a waiting client. */
export interface Admitted {
  readonly upgrade: Upgrade;
  readonly counters: Counters;
  readonly audit: AuditEntry;
}

export function admitted(
  campaign: string,
  { client, wave, logonServer }: WaitingClient,
  at: number,
  pace?: Pace,
): Admitted {
  const upgrade = newUpgrade(client, wave, logonServer);
  return {
    upgrade,
    counters: difference(waitingCounters([{ client, wave, logonServer }]), countersOf(upgrade)),
    audit: {
      at,
      campaign,
      client,
      who: 'admission',
      from: 'waiting',
      to: upgrade.state.phase,
      because:
        pace === undefined
          ? 'admitted: a slot is free'
          : `admitted: a slot is free, and fewer than ${pace.perMinute} ${pace.perMinute === 1 ? 'client' : 'clients'} started in the last minute`,
      evidence: null,
    },
  };
}

/** What waiting clients add to the counters of their campaign. */
export function waitingCounters(clients: readonly WaitingClient[]): Counters {
  const counters: Record<string, number> = {};
  for (const { wave, logonServer } of clients) {
    const name = stateCounter(wave, logonServer, 'waiting');
    counters[name] = (counters[name] ?? 0) + 1;
  }
  return counters;
}
