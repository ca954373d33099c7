import type { Upgrade } from '../shared/domain/upgrade.ts';
import { difference, type Tally, tallyOf } from '../shared/domain/tally.ts';
import { waitingTally } from '../shared/store/admitted.ts';
import type { CommitAtRest, CommitAtRestOutcome, Pick, StoredUpgrade } from '../shared/store/store.ts';
import { newUpgrade } from '../shared/domain/upgrade.ts';
import { dispatch, type Office } from './office.ts';

/** An upgrade that nobody drives, or a client that still waits and has none: what a person's change begins from. */
export type AtRest = globalThis.Pick<StoredUpgrade, 'key' | 'version' | 'upgrade'>;

/** As if it had just been admitted; committing it takes it out of its queue. */
export const waitingAtRest = (campaign: string, { client, wave, logonServer }: Pick): AtRest => ({
  key: { campaign, client },
  version: 0,
  upgrade: newUpgrade(client, wave, logonServer),
});

export interface ChangeAtRest {
  readonly upgrade: Upgrade;
  readonly because: string;
  /** The person, as in the audit. */
  readonly who: string;
}

/** Commits a change by compare-and-set, writes it into the audit, and adds the jobs that follow from it. */
export async function changeAtRest(
  office: Office,
  before: AtRest,
  { upgrade, because, who }: ChangeAtRest,
): Promise<CommitAtRestOutcome> {
  const at = office.clock.now();
  const { key, version } = before;
  const outcome = await office.store.commitAtRest({
    key,
    version,
    upgrade,
    place: placeOf(before.upgrade, upgrade),
    counters: difference(countedFor(before), tallyOf(upgrade)),
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
  await dispatch(
    office,
    [outcome.next, outcome.handed].filter((each) => each !== null),
  );
  return outcome;
}

/** Where nothing but what is known of it has changed it stays where it is; whatever else is gone on with at once. */
function placeOf(before: Upgrade, { state }: Upgrade): CommitAtRest['place'] {
  if (state.phase === 'settled') return 'settled';
  return state === before.state ? 'stays' : 'due';
}

function countedFor({ version, upgrade }: AtRest): Tally {
  const { client, wave, logonServer } = upgrade;
  return version === 0 ? waitingTally([{ client, wave, logonServer }]) : tallyOf(upgrade);
}
