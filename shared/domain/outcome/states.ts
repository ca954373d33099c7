import type { Bucket, Counters } from './counters.ts';
import { type End, ends, isFinished } from './ending.ts';

/** The columns of every status table, in the order in which a client passes them. */
export const buckets: readonly Bucket[] = [
  'waiting',
  'active',
  'restarting',
  'deferred',
  'remedying',
  ...ends,
];

/** Clients by column. */
export type States = Readonly<Record<Bucket, number>>;

export const noStates = Object.fromEntries(buckets.map((bucket) => [bucket, 0])) as Record<Bucket, number>;

export const addStates = (a: States, b: States): States =>
  Object.fromEntries(buckets.map((bucket) => [bucket, a[bucket] + b[bucket]])) as Record<Bucket, number>;

/**
 * The counters `state|wave|logonServer|bucket`, summed by wave (its position) or by logon server.
 */
export function statesBy(counters: Counters, by: 'wave' | 'logonServer'): ReadonlyMap<string, States> {
  const found = new Map<string, Record<Bucket, number>>();
  for (const [name, count] of Object.entries(counters)) {
    const [kind, wave = '', logonServer = '', bucket = ''] = name.split('|');
    if (kind !== 'state' || count === 0 || !isBucket(bucket)) continue;
    const key = by === 'wave' ? wave : logonServer;
    // Clients of logon servers whose names the reader does not see.
    if (key === '') continue;
    const states = found.get(key) ?? { ...noStates };
    states[bucket] += count;
    found.set(key, states);
  }
  return found;
}

/**
 * States that one number on a screen counts together, and that a person asks for by one word. A
 * cancelled client is over, but not finished: nobody has tried it to its end.
 */
export const stateGroups = {
  unfinished: ['waiting', 'active', 'restarting', 'deferred', 'remedying'],
  inProgress: ['active', 'restarting', 'deferred', 'remedying'],
  finished: ends.filter(isFinished),
  notOk: ['failed', 'needsAttention'],
} as const satisfies Readonly<Record<string, readonly Bucket[]>>;

export type StateGroup = keyof typeof stateGroups;

export const groupNames = Object.keys(stateGroups) as readonly StateGroup[];

const isGroup = (state: Bucket | StateGroup): state is StateGroup => Object.hasOwn(stateGroups, state);

/** The columns of a group, or the column itself. */
export const statesIn = (state: Bucket | StateGroup): readonly Bucket[] =>
  isGroup(state) ? stateGroups[state] : [state];

/** The number of clients in a column, or in the columns of a group. */
export const countIn = (states: States, state: Bucket | StateGroup): number =>
  statesIn(state).reduce((sum, bucket) => sum + states[bucket], 0);

/** The number of clients that are finished: every screen and every gate counts by this. */
export const finishedIn = (states: Readonly<Record<End, number>>): number =>
  stateGroups.finished.reduce((sum, end) => sum + states[end], 0);

/** The number of clients that failed or need attention. */
export const notOk = ({ failed, needsAttention }: Pick<States, 'failed' | 'needsAttention'>): number =>
  failed + needsAttention;

/** The number of clients in all columns. */
export const sizeOf = (states: States): number => buckets.reduce((sum, bucket) => sum + states[bucket], 0);

const isBucket = (text: string): text is Bucket => Object.hasOwn(noStates, text);
