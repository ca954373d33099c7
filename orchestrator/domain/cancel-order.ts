import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { endCause } from '../../shared/domain/rules/campaign-end.ts';
import { endedByCampaign, hasBegun } from '../../shared/domain/upgrade/beyond-end.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { ender } from './campaign-end.ts';

/** Which clients of a campaign that is over are cancelled, by whom and why. */
export interface CancelOrder {
  readonly who: string;
  readonly ending: Ending;
  readonly isAsked: (stored: { readonly index: string; readonly upgrade: Upgrade }) => boolean;
}

/** Null = no client of this campaign is cancelled. */
export function cancelOrderOf({ definition, state }: Campaign): CancelOrder | null {
  const { campaign: name, policy } = definition;
  if (state.status === 'aborted') {
    const because = `campaign ${name} was aborted by ${state.by}: ${state.because}`;
    const cause = state.reachedEnd?.does === 'cancel' ? endCause : 'campaign aborted';
    return { who: state.by, ending: { end: 'cancelled', cause, because, blockers: [] }, isAsked: () => true };
  }
  if (!isFinishingCampaign({ state }) || policy.end === undefined) return null;
  return {
    who: ender,
    ending: endedByCampaign(name, policy.end.at),
    // A driver decides by itself: it begins nothing any more.
    isAsked: ({ index, upgrade }) => index !== 'driven' && !hasBegun(upgrade),
  };
}

/** Has the end of this campaign come, and are the clients on which something has begun finished? */
export const isFinishingCampaign = ({ state }: Pick<Campaign, 'state'>): boolean =>
  (state.status === 'running' || state.status === 'paused') && state.reachedEnd?.does === 'finish';
