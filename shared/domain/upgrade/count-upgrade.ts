import { fingerprint } from '../observation/blocker.ts';
import { deferralClasses } from '../rules/policy.ts';
import { type Learned, mayBeMarked } from './memory.ts';
import { isFinishing } from './placement.ts';
import { hookRun, openHook } from './open-hook.ts';
import type { Upgrade } from './state.ts';
import { plannedInstead } from './waits.ts';
import {
  type Bucket,
  heldCounter,
  hookCounter,
  stateCounter,
  stillMarked,
  type Counters,
} from '../outcome/counters.ts';
import { isFailure, isUpToDate } from '../outcome/ending.ts';

/**
 * Everything one upgrade contributes to its campaign's counters. The counters are the sum over all
 * upgrades: a commit adds `difference(countersOf(before), countersOf(after))`, and a recount gives
 * the same numbers.
 */
export function countersOf(upgrade: Upgrade): Counters {
  const { state, memory, wave, logonServer } = upgrade;
  const counters: Record<string, number> = { [stateCounter(wave, logonServer, bucketOf(upgrade))]: 1 };
  const { deferrals } = memory.history;
  for (const kind of deferralClasses) {
    const count = deferrals[kind];
    if (count !== undefined) counters[`deferrals|${kind}`] = count;
  }
  for (const seen of memory.learned.seen) counters[`seen|${seen}`] = 1;
  if (state.phase === 'deferred') counters[`deferred|${state.class}`] = 1;
  if (plannedInstead(upgrade) !== null) counters['learnedLooks'] = 1;
  const { approvals } = memory.history;
  if (state.phase === 'deferred' && state.class === 'approval' && approvals?.ask?.isForAll === true)
    counters[`asks|${approvals.ask.step}`] = 1;
  if (approvals !== null && approvals.expired > 0) counters['approvalExpired'] = approvals.expired;
  for (const name of hookCounters(upgrade)) counters[name] = 1;
  const { relocation, willBlockAgain } = memory.learned;
  if (relocation !== 'none') counters[`relocation|${relocation}`] = 1;
  if (willBlockAgain) counters['willBlockAgain'] = 1;
  if (state.phase === 'settled' && isFailure(state.end)) counters[`cause|${wave}|${state.cause}`] = 1;
  if (state.phase === 'settled' && memory.learned.unmark?.isDone === true) counters['unmarked'] = 1;
  if (unsettledMarked(upgrade)) counters['marked'] = 1;
  if (endedMarked(upgrade)) counters['endedMarked'] = 1;
  const health = healthNow(upgrade);
  if (health !== null) counters[`health|${wave}|${health.kind}`] = 1;
  if (isDownloading(upgrade)) counters[`downloading|${logonServer}`] = 1;
  if (isDownloading(upgrade) && state.phase === 'deferred') counters[`downloadRests|${logonServer}`] = 1;
  const held = heldIn(upgrade);
  if (held !== null) counters[heldCounter(held, logonServer)] = 1;
  const blocking = blockingOf(upgrade);
  if (blocking.length > 0) counters[`blocked|${blocking.join(' + ')}`] = 1;
  return counters;
}

/** Hooks of the client that are open, that said stop, and whose outcome is not known. */
const hookCounters = (upgrade: Upgrade): readonly string[] => {
  if (upgrade.memory.history.hooks === undefined) return [];
  const open = openHook(upgrade);
  return [
    ...(open === null ? [] : [hookCounter(open.moment, 'open')]),
    ...(['before', 'after'] as const).flatMap((moment) => {
      const state = hookRun(upgrade, moment)?.state;
      return state === 'stop' || state === 'unknown' ? [hookCounter(moment, state)] : [];
    }),
  ];
};

/**
 * Is the upgrade settled while its client still installs at its next logon? Whatever its end and
 * cause are. Records of earlier versions say it by their cause.
 */
export const endedMarked = ({ state, memory }: Upgrade): boolean =>
  state.phase === 'settled' &&
  !isUpToDate(state.end) &&
  (memory.open.leftMarked ?? (state.cause === stillMarked || (isFailure(state.end) && mayBeMarked(memory))));

/** The health of an upgraded client; null = not looked at since its upgrade was proved. */
export const healthNow = ({ state, memory: { learned } }: Upgrade): NonNullable<Learned['health']> | null =>
  state.phase === 'settled' &&
  state.end === 'upgraded' &&
  learned.health !== undefined &&
  learned.health.at >= state.at
    ? learned.health
    : null;

/** Not settled, and its client may install at its next logon even if the campaign ends now. */
const unsettledMarked = ({ state, memory }: Upgrade): boolean =>
  state.phase !== 'settled' &&
  (state.phase === 'marking' || mayBeMarked(memory) || memory.request?.kind === 'unmark');

/**
 * The client downloads when its user logs on after the mark (Q168463), so it counts as downloading
 * from the mark to the proof. A client whose mark has an unknown outcome holds a slot, and counts
 * by that.
 */
const isDownloading = ({ state, memory: { open } }: Upgrade): boolean =>
  state.phase === 'marking' ||
  state.phase === 'updating' ||
  (state.phase !== 'settled' && open.mark !== null);

/** The column of the status table in which an upgrade is counted. */
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

/**
 * The column of a client on which nothing starts while its campaign is paused or its logon server
 * is held; null = it rests, or is finishing.
 */
function heldIn(upgrade: Upgrade): 'active' | 'remedying' | null {
  const bucket = bucketOf(upgrade);
  return (bucket === 'active' || bucket === 'remedying') && !isFinishing(upgrade) ? bucket : null;
}

/** Fingerprints of what blocks the client now, sorted. */
export function blockingOf({ state }: Upgrade): readonly string[] {
  if (!('blockers' in state)) return [];
  return [...new Set(state.blockers.map(fingerprint))].sort();
}
