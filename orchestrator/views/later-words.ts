import { spanInWords } from './duration-text.ts';

/** A difference below this is none. */
export const leastMs = 60_000;

/** `2 h 5 min later`, `as planned`. */
export function laterInWords(ms: number): string {
  if (Math.abs(ms) < leastMs) return 'as planned';
  return `${spanInWords(Math.abs(ms))} ${ms > 0 ? 'later' : 'earlier'}`;
}
