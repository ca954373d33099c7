import { printDuration } from '../../shared/input/quantities.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A span of time as people say it, no more exact than it matters: `40 s`, `25 min`, `3 h 10 min`,
 * `2 days 4 h`.
 */
export function spanInWords(ms: number): string {
  if (ms < minute) return `${Math.max(0, Math.round(ms / second))} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return withRest(Math.floor(ms / hour), 'h', Math.floor((ms % hour) / minute), 'min');
  return withRest(Math.floor(ms / day), 'days', Math.floor((ms % day) / hour), 'h');
}

/** A span that a file names, whole: two that differ never read the same. */
export function exactSpan(ms: number): string {
  const step = ms < minute ? second : ms < 2 * day ? minute : hour;
  return ms % step === 0 ? spanInWords(ms) : printDuration(ms);
}

/** When a moment is, seen from `now`: `in 25 min`, `now`, `3 h ago`. */
export function fromNow(at: number, now: number): string {
  if (Math.abs(at - now) < second) return 'now';
  return at > now ? `in ${spanInWords(at - now)}` : `${spanInWords(now - at)} ago`;
}

const withRest = (whole: number, unit: string, rest: number, smaller: string): string =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`;
