import { type Narrowing, narrowingWords } from '../shared/domain/campaign/narrowing.ts';
import { fault } from '../shared/errors.ts';
import { reachesCampaign, reachesSite } from './domain/narrowing.ts';
import type { Refusal } from './refusal.ts';

/** How a narrowed caller is refused what it does not reach. */

/**
 * Why a caller does not reach a client's part in a campaign; null = it does.
 * @param site the client's logon server; empty = the client has left the fleet, and none is known
 * @param campaign null = the client is in none
 */
export function whyBeyondPart(narrowing: Narrowing, site: string, campaign: string | null): Refusal | null {
  if (!reachesSite(narrowing, site)) return beyondSite(narrowing, 'the client');
  return campaign === null || reachesCampaign(narrowing, campaign) ? null : beyondCampaign(narrowing);
}

/** Without the name: its stored spelling would say that there is such a campaign. */
export const beyondCampaign = (narrowing: Narrowing): Refusal =>
  fault('role.campaign', `the campaign is beyond the token, which is for ${narrowingWords(narrowing)}`);

export const beyondSite = (narrowing: Narrowing, what: string): Refusal =>
  fault('role.site', `${what} is beyond the token, which is for ${narrowingWords(narrowing)}`);
