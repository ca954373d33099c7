import { counted } from '../domain/counted.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import { waitClasses } from '../../shared/domain/rules/policy.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { type Window, windowInWords } from '../../shared/domain/time/window.ts';
import type { HoldStatus } from './holds.ts';
import { spanInWords } from './duration-text.ts';

/** How many clients of a campaign were finished at this policy time. */
export interface PaceSample {
  readonly at: number;
  readonly finished: number;
}

/** When a campaign ends if its pace stays the same, or why that cannot be said. */
export type Estimate =
  | {
      readonly endsAt: string;
      readonly leftMs: number;
      /** Clients that finish in an hour, and the time in which this was measured. */
      readonly perHour: number;
      readonly measuredMs: number;
      readonly because: null;
    }
  | {
      readonly endsAt: null;
      readonly leftMs: null;
      readonly perHour: null;
      readonly measuredMs: null;
      /** Why there is no estimate, in words. */
      readonly because: string;
    };

/** What an estimate depends on. Times are policy times in milliseconds. */
export interface PaceQuestion {
  readonly size: number;
  readonly finished: number;
  readonly counters: Counters;
  readonly window: Window | null;
  /** The campaign has a list of windows instead. */
  readonly hasWindows?: boolean;
  /** Oldest first. */
  readonly samples: readonly PaceSample[];
  readonly now: number;
}

const minute = 60_000;
/** The pace is that of the last hour. */
export const paceMs = 60 * minute;
/** In less time, or with fewer finished clients, a pace is chance. */
const leastMs = 15 * minute;
const leastFinished = 10;
/** The two halves of the time differ by at most this factor. */
const steadyFactor = 3;

/** There is no estimate, for this reason. */
export const noEstimate = (because: string): Estimate => ({
  endsAt: null,
  leftMs: null,
  perHour: null,
  measuredMs: null,
  because,
});

/**
 * The estimate that belongs to the status of a campaign; null = it does not run, or nobody has
 * followed its pace. While a gate still has to open a wave, the pace of a small wave says nothing
 * about the large one behind it.
 */
export function estimateFor(
  { definition, state, waveSizes }: Campaign,
  counters: Counters,
  { halt, pace }: { readonly halt: Halt | null; readonly pace: readonly PaceSample[] | undefined },
  {
    size,
    settled,
    holds,
  }: { readonly size: number; readonly settled: number; readonly holds: readonly HoldStatus[] },
  now: number,
): Estimate | null {
  if (state.status !== 'running' || pace === undefined) return null;
  if (halt !== null) return noEstimate('everything is halted');
  const held = whyHeld(holds);
  if (held !== null) return noEstimate(held);
  const closed = waveSizes.slice(state.openWaves).reduce((sum, clients) => sum + clients, 0);
  if (closed > 0)
    return noEstimate(
      `${counted(closed, 'client')} ${closed === 1 ? 'is' : 'are'} in waves that are not open yet`,
    );
  const { window } = definition.policy;
  const hasWindows = definition.calendar?.windows !== undefined;
  return estimateOf({ size, finished: settled, counters, window, hasWindows, samples: pace, now });
}

/** Held clients wait for a person, who alone knows for how long; null = none waits. */
function whyHeld(holds: readonly HoldStatus[]): string | null {
  const waited = holds.filter(({ clients }) => clients > 0);
  const count = waited.reduce((sum, { clients }) => sum + clients, 0);
  const names = waited.map(({ logonServer }) => logonServer).join(', ');
  return count === 0
    ? null
    : `${count} unfinished clients are on held ${waited.length === 1 ? 'logon server' : 'logon servers'} ${names}`;
}

/**
 * Estimates the end of a running campaign. The pace of the last hour says nothing about clients
 * that wait for a person, for a window, or for a machine that is switched off: a campaign of which
 * the greater part waits gets no estimate.
 */
export function estimateOf(question: PaceQuestion): Estimate {
  const { size, finished, window, samples, now } = question;
  const left = size - finished;
  if (left <= 0) return noEstimate('every client is finished');
  if (window !== null)
    return noEstimate(`clients begin only in their window (${windowInWords(window)}, their own time)`);
  if (question.hasWindows === true) return noEstimate('clients begin only in their windows');
  const deferred = whyDeferred(question, left);
  if (deferred !== null) return noEstimate(deferred);
  const first = firstOf(samples, now);
  const measuredMs = first === undefined ? 0 : now - first.at;
  if (first === undefined || measuredMs < leastMs)
    return noEstimate(
      `the pace is known for ${spanInWords(measuredMs)} so far; ${spanInWords(leastMs)} are needed`,
    );
  const done = finished - first.finished;
  if (done < leastFinished)
    return noEstimate(
      `${counted(done, 'client')} finished in the last ${spanInWords(measuredMs)}; ${leastFinished} are needed`,
    );
  const halves = halvesOf(samples, first, { at: now, finished });
  if (halves !== null && !isSteady(halves))
    return noEstimate(
      `the pace is not steady: it changed from ${perHourInWords(halves[0])} to ${perHourInWords(halves[1])} clients an hour`,
    );
  const leftMs = Math.ceil((left * measuredMs) / done);
  return {
    endsAt: isoOf(Math.ceil((now + leftMs) / minute) * minute),
    leftMs,
    perHour: Math.round((done * paceMs) / measuredMs),
    measuredMs,
    because: null,
  };
}

/** Names what the greater part of the unfinished clients waits for; null = less than half waits. */
function whyDeferred({ counters }: PaceQuestion, left: number): string | null {
  const waits = waitClasses
    .map((kind) => ({ kind, count: counters[`deferred|${kind}`] ?? 0 }))
    .toSorted((a, b) => b.count - a.count);
  const inAll = waits.reduce((sum, { count }) => sum + count, 0);
  const [most] = waits;
  if (most === undefined || inAll * 2 <= left) return null;
  return `${inAll} of ${counted(left, 'unfinished client')} ${inAll === 1 ? 'is' : 'are'} deferred, ${most.count} of them ${waitWords[most.kind]}`;
}

/** The last sample that is an hour old or older, else the oldest one. */
const firstOf = (samples: readonly PaceSample[], now: number): PaceSample | undefined =>
  samples.findLast(({ at }) => now - at >= paceMs) ?? samples[0];

type Halves = readonly [earlier: number, later: number];

/** Clients an hour before and after the sample in the middle; null = there is none. */
function halvesOf(samples: readonly PaceSample[], first: PaceSample, last: PaceSample): Halves | null {
  const middle = (first.at + last.at) / 2;
  const half = samples.findLast(({ at }) => at > first.at && at <= middle);
  if (half === undefined) return null;
  const pace = (from: PaceSample, to: PaceSample): number =>
    ((to.finished - from.finished) * paceMs) / Math.max(1, to.at - from.at);
  return [pace(first, half), pace(half, last)];
}

const isSteady = ([earlier, later]: Halves): boolean =>
  Math.max(earlier, later) <= steadyFactor * Math.min(earlier, later);

const perHourInWords = (pace: number): string => Math.round(pace).toLocaleString('en-US');
