import { spanInWords } from '../views/duration-text.ts';
import type { LimitLeft } from './limit-left.ts';

/** What is said where no limit gains. */
export const nothingBinds = "no single limit: the clients' own hours decide";

type Named = Pick<LimitLeft, 'limit' | 'isDone'>;

/** A limit in words, or two of them. */
export const togetherWords = (limits: readonly Named[]): string =>
  `${limits.map(({ limit }) => limit).join(' and ')}${limits.length > 1 ? ' together' : ''}`;

interface GainParts {
  readonly endMs: number | null;
  readonly mostMs: number | null;
  readonly endsOnlyWithout?: true;
}

/** `moving pcmsvc32.exe on 1,214 clients: 26 h 10 min earlier` */
export function gainWords(limits: readonly Named[], { endMs, mostMs, endsOnlyWithout }: GainParts): string {
  const what = togetherWords(limits);
  const without = limits.some(({ isDone }) => isDone === true)
    ? ''
    : ` without ${limits.length > 1 ? 'both' : 'it'}`;
  if (endsOnlyWithout === true)
    return `${what}: the campaign ends by itself only${without === '' ? ' then' : without}`;
  if (endMs !== null) return `${what}: ${spanInWords(endMs)} earlier${without}`;
  return `${what}: nine of ten clients are finished ${spanInWords(mostMs ?? 0)} earlier${without}; the end stays`;
}
