/** What a token or a session reaches; an empty list narrows nothing. */
export interface Narrowing {
  /** Names of campaigns, or how they begin: `pune-*`. */
  readonly campaigns: readonly string[];
  /** Logon servers. */
  readonly sites: readonly string[];
}

/** `campaigns pune-*; logon servers LS-PUN, LS-PUN2`; empty = everything. */
export const narrowingWords = ({ campaigns, sites }: Narrowing): string =>
  [
    ...(campaigns.length === 0 ? [] : [`campaigns ${campaigns.join(', ')}`]),
    ...(sites.length === 0 ? [] : [`logon servers ${sites.join(', ')}`]),
  ].join('; ');
