import { field } from './fields.ts';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const yearMs = 365 * unitMs.d;

/** `90s`, `30m`, `4h`, `2d` in milliseconds, or undefined for anything else. */
export function readDuration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const found = /^(\d{1,8}) ?([smhd])$/.exec(value);
  return found === null ? undefined : Number(found[1]) * unitMs[found[2] as keyof typeof unitMs];
}

/** Milliseconds in the largest unit that needs no fraction: 5400000 -> `90m`. */
export function printDuration(ms: number): string {
  const unit = (['d', 'h', 'm'] as const).find((candidate) => ms > 0 && ms % unitMs[candidate] === 0) ?? 's';
  return `${ms / unitMs[unit]}${unit}`;
}

/** A duration between `leastMs` and a year, in milliseconds. */
export const duration = (leastMs = 0) =>
  field(`a duration from ${printDuration(leastMs)} to 365d, such as 90s, 30m, 4h or 2d`, (value) => {
    const ms = readDuration(value);
    return ms !== undefined && ms >= leastMs && ms <= yearMs ? ms : undefined;
  });
