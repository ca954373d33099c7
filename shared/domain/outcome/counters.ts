import type { End } from './ending.ts';

/** Where an upgrade is counted: what an operator reads in the status table. */
export type Bucket = 'waiting' | 'active' | 'restarting' | 'deferred' | 'remedying' | End;

/** Counter names and amounts. Names are `kind|detail…`; the parts never contain a bar. */
export type Counters = Readonly<Record<string, number>>;

export const stateCounter = (wave: number, logonServer: string, bucket: Bucket): string =>
  `state|${wave}|${logonServer}|${bucket}`;

/** The cause of a client that was cancelled or skipped and will install the release all the same. */
export const stillMarked = 'still marked';

/** Clients of a logon server that are marked and not proved, and how many of them are deferred without a slot. */
export interface Downloads {
  readonly downloading: number;
  readonly resting: number;
}

/** @param count of a counter by its name */
export const downloadsIn = (count: (name: string) => number | undefined, logonServer: string): Downloads => ({
  downloading: count(`downloading|${logonServer}`) ?? 0,
  resting: count(`downloadRests|${logonServer}`) ?? 0,
});

/** How many clients are marked and have not installed: they will, unless they are unmarked. */
export const markedIn = (counters: Counters): { readonly settled: number; readonly unsettled: number } => ({
  settled: counters['endedMarked'] ?? 0,
  unsettled: counters['marked'] ?? 0,
});

/** What has to be added to counters that hold `before` so that they hold `after`. */
export function difference(before: Counters, after: Counters): Counters {
  const changed: Record<string, number> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const by = (after[name] ?? 0) - (before[name] ?? 0);
    if (by !== 0) changed[name] = by;
  }
  return changed;
}

export const isNotOk = (end: End): boolean => end === 'failed' || end === 'needsAttention';
