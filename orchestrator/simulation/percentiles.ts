import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { ReplicatePlan } from './replicates.ts';

/**
 * When something ends: half of the replicates, and nine of ten, end no later. A smaller fleet ends
 * at other times than the whole one, because its slowest clients are other ones and its few slots
 * do not divide as finely. So replicates of one only say how far apart ends are: P50 is the end of
 * the simulation of all clients, and P90 is as much later as in the replicates.
 */
export interface Percentiles {
  /** Null = it does not end in as many replicates, or not in the simulation of all clients. */
  readonly p50: string | null;
  /** Null also where the replicates are too few to say it. */
  readonly p90: string | null;
}

/**
 * @param values by replicate: so long after its start, in milliseconds; null = it does not end
 * @param own when it ends in the simulation of all clients
 */
export function percentilesOf(
  values: readonly (number | null)[],
  own: number | null,
  startAt: number,
  { isWhole, noP90 }: Pick<ReplicatePlan, 'isWhole' | 'noP90'>,
): Percentiles {
  if (values.length === 0) return { p50: null, p90: null };
  const [half, most] = [percentile(values, 50), percentile(values, 90)];
  const from = isWhole ? half : own === null ? null : own - startAt;
  const at = (ms: number | null): string | null => (ms === null ? null : isoOf(startAt + ms));
  const later = half === null || most === null || from === null ? null : from + most - half;
  return { p50: at(from), p90: noP90 !== null ? null : at(isWhole ? most : later) };
}

/** The least value that so many of a hundred reach at most; null = some never end. */
export function percentile(values: readonly (number | null)[], percent: number): number | null {
  const sorted = values.map((value) => value ?? Infinity).sort((a, b) => a - b);
  const found = sorted[Math.ceil((sorted.length * percent) / 100) - 1];
  return found === undefined || found === Infinity ? null : found;
}
