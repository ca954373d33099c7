import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { releaseCommand } from '../views/release-command.ts';
import { type Check, fine, warning } from './check.ts';

/** A hold is for an incident or a shift. One that is older may have been forgotten. */
const forgottenAfterMs = 24 * 60 * 60_000;

/** In these campaigns clients still wait, or may. */
const unfinished = ['created', 'scheduled', 'waitingForRelease', 'running', 'paused'] as const;

/**
 * Says which logon servers are held. A hold that is older than a day is a warning; a younger one is
 * only named.
 * @param now policy time in milliseconds
 */
export async function checkHolds(
  store: Pick<OperatorStore, 'campaigns'>,
  now: number,
): Promise<readonly Check[]> {
  return (await store.campaigns(unfinished)).flatMap(({ campaign: { definition, holds = [] } }) =>
    holds.map(({ logonServer, by, because, at }) => {
      const what = `campaign ${definition.campaign}: logon server ${logonServer}`;
      const why = `by ${by} since ${isoOf(at)}: ${because}`;
      return now - at > forgottenAfterMs
        ? warning(
            'campaigns',
            `${what} has been held for more than a day, ${why}`,
            'nothing begins on its clients in this campaign, and a gate that needs them stays closed',
            `${releaseCommand(definition.campaign, [logonServer])}, or ask ${by}`,
          )
        : fine('campaigns', `${what} is held ${why}`);
    }),
  );
}
