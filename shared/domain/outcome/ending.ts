import type { Blocker } from '../observation/blocker.ts';

/**
 * The ends of an upgrade. `alreadyCurrent`: every file had its hash before anything was done.
 * `excluded`: the machine is a server. `skipped`: a person left the client out. `failed`: servpack
 * gave up. `needsAttention`: a person must act. `cancelled`: the campaign was aborted.
 */
export const ends = [
  'upgraded',
  'alreadyCurrent',
  'excluded',
  'skipped',
  'failed',
  'needsAttention',
  'cancelled',
] as const;

export type End = (typeof ends)[number];

/** The release is on the client. */
export const isUpToDate = (end: End): boolean => end === 'upgraded' || end === 'alreadyCurrent';

/**
 * The client was tried to its end, or left out on purpose. A cancelled one is over, but not
 * finished.
 */
export const isFinished = (end: End): boolean => end !== 'cancelled';

/** Failures are what gates count: the client was tried, and the release is not on it. */
export const isFailure = (end: End): boolean => end === 'failed' || end === 'needsAttention';

/**
 * The end as it is named now. Earlier versions called three ends `skipped`, and only
 * the cause differed; fleets have such records.
 */
export function presentEnd({ end, cause }: Pick<Ending, 'end' | 'cause'>): End {
  if (end !== 'skipped') return end;
  if (cause === 'already current') return 'alreadyCurrent';
  return cause === 'server' ? 'excluded' : end;
}

/**
 * How an upgrade ended. `cause` is short, and equal for the same trouble, so that it can be
 * counted.
 */
export interface Ending {
  readonly end: End;
  readonly cause: string;
  readonly because: string;
  readonly blockers: readonly Blocker[];
}

const endWords: Readonly<Record<End, readonly [one: string, more: string]>> = {
  upgraded: ['upgraded', 'upgraded'],
  alreadyCurrent: ['already current', 'already current'],
  excluded: ['excluded', 'excluded'],
  skipped: ['skipped', 'skipped'],
  failed: ['failed', 'failed'],
  needsAttention: ['needs attention', 'need attention'],
  cancelled: ['cancelled', 'cancelled'],
};

/** How one client ended, in words. */
export const endWord = (end: End): string => endWords[end][0];

/**
 * `18 upgraded, 2 already current, 1 needs attention`: every end that occurred, apart.
 * @param format writes a number
 */
export const endsInWords = (
  found: Readonly<Record<End, number>>,
  format: (count: number) => string = String,
): string =>
  ends
    .filter((end) => end === 'upgraded' || found[end] > 0)
    .map((end) => `${format(found[end])} ${endWords[end][found[end] === 1 ? 0 : 1]}`)
    .join(', ');
