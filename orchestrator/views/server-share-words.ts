import { allOf } from '../domain/counted.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { defaultPriority } from '../../shared/domain/campaign/server-limits.ts';
import { statesBy } from '../../shared/domain/outcome/states.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';

/** A logon server that campaigns share: its limit, and who has how many of its slots. */
export interface ServerShareNow {
  readonly logonServer: string;
  readonly most: number;
  /** Slots in use, of all campaigns. */
  readonly slots: number;
  /** How many campaigns have some of them. */
  readonly campaigns: number;
  /** Slots of the campaign in question. */
  readonly own: number;
}

interface Weighted {
  readonly priority?: number;
}

/** What a campaign file says of its priority. */
export const priorityRuleWords = (priority: number): string =>
  `weight ${priority} (others: ${defaultPriority}) where campaigns share the slots of a logon server`;

/** `LS-PUN: 10 of 10 slots across 3 campaigns, this one has 4 by priority 2`. */
export const serverShareWords = (
  { logonServer, most, slots, campaigns, own }: ServerShareNow,
  { priority = defaultPriority }: Weighted,
): string =>
  `${logonServer}: ${slots} of ${most} slots across ${campaigns} ${campaigns === 1 ? 'campaign' : 'campaigns'}, this one has ${own} by priority ${priority}`;

/** The shared logon servers on which the campaign has clients, the fullest first. */
export function sharesInWords(
  shares: readonly ServerShareNow[],
  { definition }: Campaign,
  counters: Counters,
): { readonly shared?: readonly string[] } {
  const servers = statesBy(counters, 'logonServer');
  const own = shares
    .filter(({ logonServer }) => servers.has(logonServer))
    .toSorted((a, b) => b.slots / b.most - a.slots / a.most || (a.logonServer < b.logonServer ? -1 : 1));
  return own.length === 0 ? {} : { shared: own.map((share) => serverShareWords(share, definition)) };
}

/** Why a client finds no slot on a logon server that campaigns share; null = there is one. */
export function whyServerFull(
  shares: readonly ServerShareNow[],
  logonServer: string,
  { priority = defaultPriority }: Weighted,
): string | null {
  const share = shares.find((each) => each.logonServer === logonServer);
  if (share === undefined || share.slots < share.most) return null;
  return `${allOf(share.most, 'slot')} of logon server ${logonServer} over all campaigns ${share.most === 1 ? 'is' : 'are'} in use: ${share.own} by this campaign with priority ${priority}, ${share.slots - share.own} by others`;
}
