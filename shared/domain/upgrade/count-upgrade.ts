import { fingerprint } from '../observation/blocker.ts';
import { mayBeMarked } from './memory.ts';
import type { Upgrade } from './state.ts';
import { type Bucket, isNotOk, stateCounter, stillMarked, type Counters } from '../outcome/counters.ts';

/**
 * Everything one upgrade contributes to its campaign's counters. The counters are the sum over all upgrades: a commit
 * adds `difference(countersOf(before), countersOf(after))`, and a recount must give the same.
 */
export function countersOf(upgrade: Upgrade): Counters {
  const { state, memory, wave, logonServer } = upgrade;
  const counters: Record<string, number> = { [stateCounter(wave, logonServer, bucketOf(upgrade))]: 1 };
  for (const [kind, count] of Object.entries(memory.history.deferrals)) counters[`deferrals|${kind}`] = count;
  for (const seen of memory.learned.seen) counters[`seen|${seen}`] = 1;
  if (state.phase === 'deferred') counters[`deferred|${state.class}`] = 1;
  const { relocation, willBlockAgain } = memory.learned;
  if (relocation !== 'none') counters[`relocation|${relocation}`] = 1;
  if (willBlockAgain) counters['willBlockAgain'] = 1;
  if (state.phase === 'settled' && isNotOk(state.end)) counters[`cause|${wave}|${state.cause}`] = 1;
  if (state.phase === 'settled' && (state.end === 'cancelled' || state.cause === stillMarked))
    counters[`cancelled|${state.cause}`] = 1;
  if (unsettledMarked(upgrade)) counters['marked'] = 1;
  if (endedMarked(upgrade)) counters['endedMarked'] = 1;
  if (isDownloading(upgrade)) counters[`downloading|${logonServer}`] = 1;
  if (isDownloading(upgrade) && state.phase === 'deferred') counters[`downloadRests|${logonServer}`] = 1;
  const blocking = blockingOf(upgrade);
  if (blocking.length > 0) counters[`blocked|${blocking.join(' + ')}`] = 1;
  return counters;
}

/** Settled, and it will install at its next logon all the same: also one that failed for another cause and was marked before. */
export const endedMarked = ({ state, memory }: Upgrade): boolean =>
  state.phase === 'settled' && (state.cause === stillMarked || (isNotOk(state.end) && mayBeMarked(memory)));

/** Not settled, and it would install at its next logon whatever becomes of its campaign. */
const unsettledMarked = ({ state, memory }: Upgrade): boolean =>
  state.phase !== 'settled' &&
  (state.phase === 'marking' || mayBeMarked(memory) || memory.request?.kind === 'unmark');

/**
 * The files come when the user of a marked client logs on (Q168463), so from its mark to its proof a client counts as downloading. One
 * whose mark has an unknown outcome is worked on, and counts by its slot.
 */
const isDownloading = ({ state, memory: { open } }: Upgrade): boolean =>
  state.phase === 'marking' ||
  state.phase === 'updating' ||
  (state.phase !== 'settled' && open.mark !== null);

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
