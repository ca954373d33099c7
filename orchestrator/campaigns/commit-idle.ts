import type { Fact } from '../../shared/domain/outcome/facts.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { mayHaveRestartSlot } from '../../shared/domain/upgrade/waits.ts';
import { askForHook } from '../../shared/ask-for-hook.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { newUpgrade } from '../../shared/domain/upgrade/state.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import { difference, type Counters } from '../../shared/domain/outcome/counters.ts';
import type { Evidence, StoredUpgrade, WaitingClient } from '../../shared/store/types.ts';
import type { CommitIdle, CommitIdleOutcome } from '../../shared/store/upgrade-store.ts';

/** An upgrade that no worker drives, or a waiting client that has no record yet (version 0). */
export type IdleUpgrade = Pick<StoredUpgrade, 'key' | 'version' | 'upgrade'>;

/** A waiting client as if it had just been admitted. Committing it takes it out of its queue. */
export const idleWaiting = (campaign: string, { client, wave, logonServer }: WaitingClient): IdleUpgrade => ({
  key: { campaign, client },
  version: 0,
  upgrade: newUpgrade(client, wave, logonServer),
});

export interface ChangeIdle {
  readonly upgrade: Upgrade;
  readonly because: string;
  /** The person, as the audit names them. */
  readonly who: string;
  /** What the stop rules of the campaign count; left out = nothing. */
  readonly facts?: readonly Fact[];
  /** The change begins something: refused unless the campaign runs. */
  readonly step?: 'start';
  /** The text that the change rests on; left out = there is none. */
  readonly evidence?: Evidence;
}

/** Commits a change by compare-and-set, writes it into the audit, and adds the jobs that follow. */
export async function changeIdle(
  context: OrchestratorContext,
  before: IdleUpgrade,
  { upgrade, because, who, facts, step, evidence }: ChangeIdle,
): Promise<CommitIdleOutcome> {
  const at = context.clock.now();
  const { key, version } = before;
  const outcome = await context.store.commitIdle({
    key,
    version,
    upgrade,
    place: placeOf(before.upgrade, upgrade),
    counters: difference(countedFor(before), countersOf(upgrade)),
    audit: {
      at,
      ...key,
      who,
      from: version === 0 ? 'waiting' : before.upgrade.state.phase,
      to: upgrade.state.phase,
      because,
      evidence: evidence?.sha256 ?? null,
    },
    at,
    ...(facts === undefined ? {} : { facts }),
    ...(upgrade.state.phase === 'settled' && mayHaveRestartSlot(before.upgrade)
      ? { restart: { needs: 'none' } }
      : {}),
    ...(step === undefined ? {} : { step }),
    ...(evidence === undefined ? {} : { evidence: [evidence] }),
  });
  if (outcome.kind !== 'committed') return outcome;
  await askForHook(context, key.campaign, before.upgrade, upgrade);
  await dispatchJobs(
    context,
    [outcome.next, outcome.handed, ...(outcome.woken ?? [])].filter((each) => each !== null),
  );
  return outcome;
}

/** An upgrade whose state is unchanged stays in its index. A changed one is due at once. */
function placeOf(before: Upgrade, { state }: Upgrade): CommitIdle['place'] {
  if (state === before.state) return 'stays';
  return state.phase === 'settled' ? 'settled' : 'due';
}

function countedFor({ version, upgrade }: IdleUpgrade): Counters {
  const { client, wave, logonServer } = upgrade;
  return version === 0 ? waitingCounters([{ client, wave, logonServer }]) : countersOf(upgrade);
}
