/**
 * How many clients of a campaign may be in a restart that servpack has ordered, at the same time. A
 * slot of a restart is taken with the order, and held until the restart is proved or given up.
 */
export interface RestartLimits {
  /** Clients of each logon server; left out = any number. */
  readonly perLogonServer?: number;
  /** By key of a label: clients with the same value of the label. */
  readonly perLabel?: Readonly<Record<string, number>>;
}

/**
 * The limits as the store keeps them: those of the newest edition hold for every client. `most` is
 * by kind of place: `server`, or `label:KEY`.
 */
export interface RestartTerms {
  readonly edition: number;
  readonly most: Readonly<Record<string, number>>;
}

/** A place whose restarts are counted: `server=LS-PUN`, `label:site=pun`. The kind holds no `=`. */
export interface RestartPlace {
  readonly name: string;
  /** The place in words. */
  readonly says: string;
}

/** What a client needs to know of the limits of its campaign. */
export interface RestartRules {
  readonly terms: RestartTerms;
  /** The places of its labels; the place of its logon server follows from where it is seen. */
  readonly labelPlaces: readonly RestartPlace[];
}

/** A client that is in a restart, or that waits for a slot of one. */
export interface RestartEntry {
  readonly client: string;
  readonly places: readonly RestartPlace[];
  /** Where the client was seen when it asked. */
  readonly logonServer: string;
  /** Policy time: since when it holds its slot, or waits. */
  readonly since: number;
  readonly holds: boolean;
}

/** The place in which no further restart may begin, in words, and its limit. */
export interface FullPlace {
  readonly says: string;
  readonly most: number;
}

const labelKind = (key: string): string => `label:${key.toLowerCase()}`;

/** @param limits left out = the campaign has none, or none any more */
export function restartTerms(edition: number, limits: RestartLimits | undefined): RestartTerms {
  const perLabel = Object.entries(limits?.perLabel ?? {}).map(([key, most]) => [labelKind(key), most]);
  const most: Record<string, number> = Object.fromEntries(perLabel);
  return {
    edition,
    most: limits?.perLogonServer === undefined ? most : { server: limits.perLogonServer, ...most },
  };
}

/** The limits of a campaign as they hold for a client with these labels. */
export const restartRules = (
  edition: number,
  limits: RestartLimits,
  labels: readonly string[],
): RestartRules => ({
  terms: restartTerms(edition, limits),
  labelPlaces: Object.keys(limits.perLabel ?? {}).flatMap((key) => placesOfLabel(key, labels)),
});

/** A client with several values of the label counts for each of them. */
function placesOfLabel(key: string, labels: readonly string[]): readonly RestartPlace[] {
  const begin = `${key.toLowerCase()}=`;
  const values = labels
    .filter((label) => label.toLowerCase().startsWith(begin))
    .map((label) => label.slice(begin.length));
  if (values.length === 0) return [{ name: `${labelKind(key)}=`, says: `no value of label ${key}` }];
  const byName = new Map(values.map((value) => [`${labelKind(key)}=${value.toLowerCase()}`, value]));
  return [...byName].map(([name, value]) => ({ name, says: `${key}=${value}` }));
}

/** The places in which a client counts that is seen on this logon server. */
export const restartPlaces = (
  { terms, labelPlaces }: RestartRules,
  logonServer: string,
): readonly RestartPlace[] =>
  terms.most['server'] === undefined
    ? labelPlaces
    : [{ name: `server=${logonServer}`, says: `logon server ${logonServer}` }, ...labelPlaces];

/** The limit of a place; undefined = it has none any more. */
export const mostIn = ({ most }: RestartTerms, { name }: RestartPlace): number | undefined =>
  most[name.slice(0, name.indexOf('='))];

/**
 * The first place without room; null = there is room in all of them. `restarts.lua` decides the
 * same.
 * @param used slots of restarts by the name of their place, with those that are kept free
 */
export function fullPlace(
  terms: RestartTerms,
  places: readonly RestartPlace[],
  used: ReadonlyMap<string, number>,
): FullPlace | null {
  for (const place of places) {
    const most = mostIn(terms, place);
    if (most !== undefined && (used.get(place.name) ?? 0) >= most) return { says: place.says, most };
  }
  return null;
}

/** `at most 2 clients of logon server LS-PUN restart at the same time`. */
export const restartLimitWords = ({ says, most }: FullPlace): string =>
  `at most ${most} ${most === 1 ? 'client' : 'clients'} of ${clientsOf(says)} ${most === 1 ? 'restarts' : 'restart'} at the same time`;

/** The clients of a place, in words. */
export const clientsOf = (says: string): string =>
  says.startsWith('no value') ? `those with ${says}` : says;
