import { refused } from './decision.ts';
import {
  type Campaign,
  type CampaignDecision,
  type CampaignEvent,
  isCampaignOver,
} from '../../shared/domain/campaign/campaign.ts';
import { resumeReason } from '../../shared/domain/campaign/halt.ts';
import { type Hold, holdAt } from '../../shared/domain/campaign/hold.ts';
import { isSameCaller } from '../../shared/domain/campaign/person.ts';

/**
 * Holding and releasing single logon servers of a campaign. A hold stands beside the status of the
 * campaign: a pause, a resume and the start leave it as it is.
 */

type EventOf<T extends CampaignEvent['type']> = Extract<CampaignEvent, { type: T }>;

/**
 * A person holds logon servers: nothing begins on their clients until a person releases them. Holds
 * all of them or, where one is held already, none.
 */
export function hold(
  campaign: Campaign,
  { by, reason, logonServers }: EventOf<'HoldRequested'>,
  now: number,
): CampaignDecision {
  const { state, definition, holds = [] } = campaign;
  if (isCampaignOver(state))
    return refused(
      `campaign ${definition.campaign} has ${state.status === 'ended' ? 'ended' : 'been aborted'}`,
    );
  const [held] = holdsOn(campaign, logonServers);
  if (held !== undefined)
    return refused(
      `logon server ${held.logonServer} is held already in campaign ${definition.campaign}, by ${held.by}: ${held.because}`,
    );
  const added = logonServers.map((logonServer): Hold => ({ logonServer, by, because: reason, at: now }));
  return changed(campaign, [...holds, ...added], `${isAre(logonServers)} held: ${reason}`);
}

/**
 * A person releases logon servers, all of them or none. The hold of another person ends only with
 * `override`.
 */
export function unhold(
  campaign: Campaign,
  { by, override, reason, logonServers }: EventOf<'UnholdRequested'>,
): CampaignDecision {
  const { definition, holds = [] } = campaign;
  const free = logonServers.find((logonServer) => holdAt(campaign, logonServer) === null);
  if (free !== undefined)
    return refused(`logon server ${free} is not held in campaign ${definition.campaign}`);
  const others = holdsOn(campaign, logonServers).filter((each) => !isSameCaller(each.by, by));
  const [first] = others;
  if (first !== undefined && !override)
    return refused(
      `logon server ${first.logonServer} was held by ${first.by}: ${first.because}; ask them, or release it all the same with --override`,
    );
  const left = holds.filter(({ logonServer }) => !logonServers.includes(logonServer));
  return changed(campaign, left, resumeReason(`${isAre(logonServers)} released`, overridden(others), reason));
}

const holdsOn = (campaign: Campaign, logonServers: readonly string[]): readonly Hold[] =>
  logonServers.map((each) => holdAt(campaign, each)).filter((found) => found !== null);

/** Who is overridden, and their reasons, each once; null = nobody. */
function overridden(others: readonly Hold[]): Pick<Hold, 'by' | 'because'> | null {
  if (others.length === 0) return null;
  const each = (texts: readonly string[], between: string): string => [...new Set(texts)].join(between);
  return {
    by: each(
      others.map(({ by }) => by),
      ' and ',
    ),
    because: each(
      others.map(({ because }) => because),
      '; ',
    ),
  };
}

/** `logon server LS-PUN is`, `logon servers LS-PUN and LS-ROM are`. */
const isAre = (names: readonly string[]): string =>
  names.length === 1 ? `logon server ${names[0]} is` : `logon servers ${names.join(', ')} are`;

const changed = (campaign: Campaign, holds: readonly Hold[], because: string): CampaignDecision => ({
  kind: 'changed',
  campaign: { ...campaign, holds },
  because,
});
