import { spellingsOf } from '../../shared/domain/observation/logon-server.ts';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';

/** What a token that is narrowed to campaigns or logon servers reaches. */

export const isNarrowed = ({ campaigns, sites }: Narrowing): boolean =>
  campaigns.length > 0 || sites.length > 0;

/** Names compare without case. A name that ends in `*` stands for all that begin so. */
export const reachesCampaign = ({ campaigns }: Narrowing, name: string): boolean =>
  campaigns.length === 0 || campaigns.some((pattern) => isNamedBy(pattern.toLowerCase(), name.toLowerCase()));

/**
 * The name of another campaign, as a sentence for this caller has it.
 * @param asker left out = it is not narrowed
 * @returns empty where the caller does not reach the campaign
 */
export const seenName = (asker: Narrowing | undefined, campaign: string): string =>
  asker === undefined || reachesCampaign(asker, campaign) ? campaign : '';

/** The same of campaigns that have clients which are asked for. */
export const seenNames = <T extends { readonly campaign: string }>(
  asker: Narrowing | undefined,
  found: readonly T[],
): readonly T[] => found.map((each) => ({ ...each, campaign: seenName(asker, each.campaign) }));

/** The campaign in a sentence; one without a name is one that the caller does not reach. */
export const inWords = (campaign: string): string =>
  campaign === '' ? 'another campaign' : `campaign ${campaign}`;

const isNamedBy = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** What an audit entry is about. */
export interface NamedInEntry {
  /** Empty = no campaign. */
  readonly campaign: string;
  readonly client: string | null;
}

/**
 * Whether an entry of the audit is seen, by what it names. An entry that names neither a campaign
 * nor a client is about everything; one that names no client is about all logon servers.
 */
export const reachesEntry = (narrowing: Narrowing, { campaign, client }: NamedInEntry): boolean =>
  (campaign === '' ? client !== null || !isNarrowed(narrowing) : reachesCampaign(narrowing, campaign)) &&
  (client !== null || narrowing.sites.length === 0);

/** A short name of a logon server and its full one are the same server. */
export const reachesSite = ({ sites }: Narrowing, logonServer: string): boolean =>
  sites.length === 0 || sites.some((site) => spellingsOf(site, [logonServer]).length > 0);

/** Those of the logon servers that the caller reaches; left out = it is not narrowed. */
export const seenSites = (asker: Narrowing | undefined, logonServers: readonly string[]): readonly string[] =>
  asker === undefined ? logonServers : logonServers.filter((each) => reachesSite(asker, each));
