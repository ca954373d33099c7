import { spellingsOf } from '../../shared/domain/observation/logon-server.ts';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';

/** What a token that is narrowed to campaigns or logon servers reaches. */

export const isNarrowed = ({ campaigns, sites }: Narrowing): boolean =>
  campaigns.length > 0 || sites.length > 0;

/** Names compare without case. A name that ends in `*` stands for all that begin so. */
export const reachesCampaign = ({ campaigns }: Narrowing, name: string): boolean =>
  campaigns.length === 0 || campaigns.some((pattern) => isNamedBy(pattern.toLowerCase(), name.toLowerCase()));

const isNamedBy = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** A short name of a logon server and its full one are the same server. */
export const reachesSite = ({ sites }: Narrowing, logonServer: string): boolean =>
  sites.length === 0 || sites.some((site) => spellingsOf(site, [logonServer]).length > 0);
