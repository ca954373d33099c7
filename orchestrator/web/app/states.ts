import { countIn } from '../../../shared/domain/outcome/states.ts';
import type { Bucket, States } from './answers.ts';

/**
 * How each state of a client looks: a word and a sign beside the colour, because not everybody sees
 * colours apart. Order: as in the bar, finished first.
 */
export interface StateLook {
  readonly bucket: Bucket;
  readonly word: string;
  readonly sign: string;
  /** The colour: a class of `style.css`. */
  readonly tone: 'good' | 'current' | 'bad' | 'warn' | 'work' | 'rest' | 'out' | 'fix';
}

export const stateLooks: readonly StateLook[] = [
  { bucket: 'upgraded', word: 'upgraded', sign: '✓', tone: 'good' },
  { bucket: 'alreadyCurrent', word: 'already current', sign: '=', tone: 'current' },
  { bucket: 'needsAttention', word: 'need attention', sign: '!', tone: 'bad' },
  { bucket: 'failed', word: 'failed', sign: '✕', tone: 'bad' },
  { bucket: 'active', word: 'active', sign: '▸', tone: 'work' },
  { bucket: 'remedying', word: 'fixing', sign: '⚒', tone: 'fix' },
  { bucket: 'restarting', word: 'restarting', sign: '↻', tone: 'work' },
  { bucket: 'deferred', word: 'deferred', sign: '…', tone: 'warn' },
  { bucket: 'waiting', word: 'waiting', sign: '○', tone: 'rest' },
  { bucket: 'excluded', word: 'excluded', sign: '–', tone: 'out' },
  { bucket: 'skipped', word: 'skipped', sign: '–', tone: 'out' },
  { bucket: 'cancelled', word: 'cancelled', sign: '–', tone: 'out' },
];

export const lookOf = (bucket: string): StateLook | undefined =>
  stateLooks.find((each) => each.bucket === bucket);

/** Clients on which something is going on. */
export const inProgress = (states: States): number => countIn(states, 'inProgress');

/** Which column of the campaign a state of a record belongs to. */
const bucketOfState: Readonly<Record<string, Bucket>> = {
  waiting: 'waiting',
  deferred: 'deferred',
  remedying: 'remedying',
  restarting: 'restarting',
  ordering: 'restarting',
};

export const bucketOf = (state: string, end: string | null): Bucket =>
  end === null ? (bucketOfState[state] ?? 'active') : (end as Bucket);
