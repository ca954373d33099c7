import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { broken, type Check } from './check.ts';

/** Says which campaigns the leader fails at. */
export async function checkRounds(store: Pick<OperatorStore, 'roundFailures'>): Promise<readonly Check[]> {
  return (await store.roundFailures()).map(({ campaign, round, because, since }) =>
    broken(
      'servpack',
      `campaign ${campaign}: the leader's round "${round}" fails since ${isoOf(since)}: ${because}`,
      'the campaign stands still until the round works again',
      "the leading orchestrator's log says where it fails; servpack campaign status shows it, too",
    ),
  );
}
