import type { End } from './ending.ts';

/** Where an upgrade is counted: a column of the status table. */
export type Bucket = 'waiting' | 'active' | 'restarting' | 'deferred' | 'remedying' | End;

/** Amounts by counter name. A name is `kind|detail…`; no part contains a bar. */
export type Counters = Readonly<Record<string, number>>;

/** The name of the counter of one column, by wave and logon server. */
export const stateCounter = (wave: number, logonServer: string, bucket: Bucket): string =>
  `state|${wave}|${logonServer}|${bucket}`;

/** The name of the counter of clients on which nothing starts while they are held, by column. */
export const heldCounter = (bucket: 'active' | 'remedying', logonServer: string): string =>
  `held|${bucket}|${logonServer}`;

/** The name of the counter of clients by how their own hook stands; `open`: it has not ended. */
export const hookCounter = (moment: 'before' | 'after', stands: 'open' | 'stop' | 'unknown'): string =>
  `clientHook|${moment}|${stands}`;

/** How many clients have a hook that is to be run, or runs. */
export const openHooks = (counters: Counters): number =>
  (counters[hookCounter('before', 'open')] ?? 0) + (counters[hookCounter('after', 'open')] ?? 0);

/**
 * Earlier versions gave this cause to a client that had ended and still installs the release at a
 * logon.
 */
export const stillMarked = 'still marked';

/** Clients of a logon server that are marked and not proved yet. */
export interface Downloads {
  readonly downloading: number;
  /** How many of them are deferred, without a slot. */
  readonly resting: number;
}

/**
 * The downloads of one logon server.
 * @param count gives the amount of a counter by its name
 */
export const downloadsIn = (count: (name: string) => number | undefined, logonServer: string): Downloads => ({
  downloading: count(`downloading|${logonServer}`) ?? 0,
  resting: count(`downloadRests|${logonServer}`) ?? 0,
});

/** How many clients are marked and have not installed yet: they will, unless they are unmarked. */
export const markedIn = (counters: Counters): { readonly settled: number; readonly unsettled: number } => ({
  settled: counters['endedMarked'] ?? 0,
  unsettled: counters['marked'] ?? 0,
});

/**
 * What to add to the counters `before` so that they become `after`; unchanged ones are left out.
 */
export function difference(before: Counters, after: Counters): Counters {
  const changed: Record<string, number> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const by = (after[name] ?? 0) - (before[name] ?? 0);
    if (by !== 0) changed[name] = by;
  }
  return changed;
}
