import type { Campaign, CampaignDecision, CampaignState } from '../../shared/domain/campaign/campaign.ts';

/** The answers of the campaign's decider, and the words that several refusals share. */

/** The decision that the campaign is now in this state. */
export const transition = (campaign: Campaign, state: CampaignState, because: string): CampaignDecision => ({
  kind: 'changed',
  campaign: { ...campaign, state },
  because,
});

export const refused = (because: string): CampaignDecision => ({ kind: 'refused', because });
export const ignored = (because: string): CampaignDecision => ({ kind: 'ignored', because });

/** Why a person does not end the pause of another one. */
export const pausedByAnother = (
  name: string,
  { by, because }: { readonly by: string; readonly because: string },
): string =>
  `campaign ${name} was paused by ${by}: ${because}; ask them, or resume it all the same with --override`;
