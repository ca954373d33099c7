import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { newUpgrade } from '../../shared/domain/upgrade/state.ts';
import { dispatchJobs, type OrchestratorContext } from '../context.ts';
import { difference, type Counters } from '../../shared/domain/outcome/counters.ts';
import type {
  CommitIdle,
  CommitIdleOutcome,
  WaitingClient,
  StoredUpgrade,
} from '../../shared/store/types.ts';

/** An upgrade that nobody drives, or a client that still waits and has none: what a person's change begins from. */
export type AtRest = Pick<StoredUpgrade, 'key' | 'version' | 'upgrade'>;

/** As if it had just been admitted; committing it takes it out of its queue. */
export const waitingIdle = (campaign: string, { client, wave, logonServer }: WaitingClient): AtRest => ({
  key: { campaign, client },
  version: 0,
  upgrade: newUpgrade(client, wave, logonServer),
});

export interface ChangeIdle {
  readonly upgrade: Upgrade;
  readonly because: string;
  /** The person, as in the audit. */
  readonly who: string;
}

/** Commits a change by compare-and-set, writes it into the audit, and adds the jobs that follow from it. */
export async function changeIdle(
  context: OrchestratorContext,
  before: AtRest,
  { upgrade, because, who }: ChangeIdle,
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
      evidence: null,
    },
    at,
  });
  if (outcome.kind !== 'committed') return outcome;
  await dispatchJobs(
    context,
    [outcome.next, outcome.handed].filter((each) => each !== null),
  );
  return outcome;
}

/** Where nothing but what is known of it has changed it stays where it is; whatever else is gone on with at once. */
function placeOf(before: Upgrade, { state }: Upgrade): CommitIdle['place'] {
  if (state.phase === 'settled') return 'settled';
  return state === before.state ? 'stays' : 'due';
}

function countedFor({ version, upgrade }: AtRest): Counters {
  const { client, wave, logonServer } = upgrade;
  return version === 0 ? waitingCounters([{ client, wave, logonServer }]) : countersOf(upgrade);
}
