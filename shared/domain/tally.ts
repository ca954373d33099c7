import { fingerprint } from './blocker.ts';
import type { End } from './ending.ts';
import type { Upgrade } from './upgrade.ts';

/** Where an upgrade is counted: what an operator reads in the status table. */
export type Bucket = 'waiting' | 'active' | 'restarting' | 'deferred' | 'remedying' | End;

/** Counter names and amounts. Names are `kind|detail…`; the parts never contain a bar. */
export type Tally = Readonly<Record<string, number>>;

export const stateCounter = (wave: number, logonServer: string, bucket: Bucket): string =>
  `state|${wave}|${logonServer}|${bucket}`;

/**
 * Everything one upgrade contributes to its campaign's counters. The counters are the sum over all upgrades: a commit
 * adds `difference(tallyOf(before), tallyOf(after))`, and a recount must give the same.
 */
export function tallyOf(upgrade: Upgrade): Tally {
  const { state, memory, wave, logonServer } = upgrade;
  const tally: Record<string, number> = { [stateCounter(wave, logonServer, bucketOf(upgrade))]: 1 };
  for (const [kind, count] of Object.entries(memory.deferrals)) tally[`deferrals|${kind}`] = count;
  for (const seen of memory.seen) tally[`seen|${seen}`] = 1;
  if (state.phase === 'deferred') tally[`deferred|${state.class}`] = 1;
  if (memory.relocation !== 'none') tally[`relocation|${memory.relocation}`] = 1;
  if (memory.willBlockAgain) tally['willBlockAgain'] = 1;
  if (state.phase === 'settled' && isNotOk(state.end)) tally[`cause|${wave}|${state.cause}`] = 1;
  if (state.phase === 'settled' && (state.end === 'cancelled' || state.cause === stillMarked))
    tally[`cancelled|${state.cause}`] = 1;
  if (mayBeMarked(upgrade)) tally['marked'] = 1;
  if (endedMarked(upgrade)) tally['endedMarked'] = 1;
  if (isDownloading(upgrade)) tally[`downloading|${logonServer}`] = 1;
  if (isDownloading(upgrade) && state.phase === 'deferred') tally[`downloadRests|${logonServer}`] = 1;
  const blocking = blockingOf(upgrade);
  if (blocking.length > 0) tally[`blocked|${blocking.join(' + ')}`] = 1;
  return tally;
}

/** The cause of a client that was cancelled or skipped and will install the release all the same. */
export const stillMarked = 'still marked';

/** Settled, and it will install at its next logon all the same: also one that failed for another cause and was marked before. */
export const endedMarked = ({ state, memory }: Upgrade): boolean =>
  state.phase === 'settled' &&
  (state.cause === stillMarked ||
    (isNotOk(state.end) && (memory.marked !== null || memory.unanswered !== false)));

/** Not settled, and it would install at its next logon whatever becomes of its campaign. */
const mayBeMarked = ({ state, memory: { marked, unanswered, request } }: Upgrade): boolean =>
  state.phase !== 'settled' &&
  (state.phase === 'marking' || marked !== null || unanswered !== false || request?.kind === 'unmark');

/**
 * The files come when the user of a marked client logs on (Q168463), so from its mark to its proof a client counts as downloading. One
 * whose mark has an unknown outcome is worked on, and counts by its slot.
 */
const isDownloading = ({ state, memory: { marked } }: Upgrade): boolean =>
  state.phase === 'marking' || state.phase === 'updating' || (state.phase !== 'settled' && marked !== null);

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
export const markedIn = (counters: Tally): { readonly settled: number; readonly unsettled: number } => ({
  settled: counters['endedMarked'] ?? 0,
  unsettled: counters['marked'] ?? 0,
});

/** What has to be added to counters that hold `before` so that they hold `after`. */
export function difference(before: Tally, after: Tally): Tally {
  const changed: Record<string, number> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const by = (after[name] ?? 0) - (before[name] ?? 0);
    if (by !== 0) changed[name] = by;
  }
  return changed;
}

export const isNotOk = (end: End): boolean => end === 'failed' || end === 'needsAttention';

export function bucketOf({ state }: Upgrade): Bucket {
  switch (state.phase) {
    case 'looking':
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'ordering':
    case 'notifying':
      return 'active';
    case 'restarting':
    case 'deferred':
    case 'remedying':
      return state.phase;
    case 'settled':
      return state.end;
  }
}

/** Sorted fingerprints of what blocks the client now. */
function blockingOf({ state }: Upgrade): readonly string[] {
  if (!('blockers' in state)) return [];
  return [...new Set(state.blockers.map(fingerprint))].sort();
}
