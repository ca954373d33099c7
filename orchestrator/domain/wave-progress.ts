import { type Health, healthKinds } from '../../shared/domain/observation/health.ts';
import { type End, ends, isFailure, isUpToDate } from '../../shared/domain/outcome/ending.ts';
import { finishedIn } from '../../shared/domain/outcome/states.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { causeInWords } from './spent-cause.ts';

/** How far a wave is, by the campaign's counters. */
export interface WaveProgress {
  readonly size: number;
  /** Clients with an end, in any way. */
  readonly settled: number;
  /** The same without the cancelled ones: what every screen calls finished. */
  readonly finished: number;
  /** Clients that are not admitted yet. */
  readonly waiting: number;
  /** Settled clients by end. */
  readonly ends: Readonly<Record<End, number>>;
  /** Clients that failed or need attention. */
  readonly failures: number;
  /** Settled clients that were tried: all but those that a person or a rule took out. */
  readonly tried: number;
  /** Upgraded clients that were looked at again, by what was found. */
  readonly health: Readonly<Record<Health['kind'], number>>;
  /** Causes of failures, most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}

const noEnds = Object.fromEntries(ends.map((end) => [end, 0])) as Record<End, number>;

/** The progress of every wave, in the order of `sizes`. */
export function waveProgress(sizes: readonly number[], counters: Counters): readonly WaveProgress[] {
  const waves = sizes.map((size) => ({
    size,
    settled: 0,
    finished: 0,
    waiting: 0,
    ends: { ...noEnds },
    failures: 0,
    tried: 0,
    health: { healthy: 0, unhealthy: 0, notKnown: 0 },
    causes: [] as { cause: string; count: number }[],
  }));
  for (const name in counters) {
    const count = counters[name] ?? 0;
    const [kind, wave = '', third = '', bucket = ''] = name.split('|');
    const progress = waves[Number(wave)];
    if (progress === undefined) continue;
    if (kind === 'cause') progress.causes.push({ cause: causeInWords(third), count });
    if (kind === 'health' && isHealth(third)) progress.health[third] += count;
    if (kind === 'state' && bucket === 'waiting') progress.waiting += count;
    if (kind !== 'state' || !isEnd(bucket)) continue;
    progress.settled += count;
    progress.ends[bucket] += count;
    if (isFailure(bucket)) progress.failures += count;
    if (isFailure(bucket) || isUpToDate(bucket)) progress.tried += count;
  }
  for (const wave of waves) {
    wave.finished = finishedIn(wave.ends);
    wave.causes.sort((a, b) => b.count - a.count || a.cause.localeCompare(b.cause));
  }
  return waves;
}

const isHealth = (text: string): text is Health['kind'] => (healthKinds as readonly string[]).includes(text);

const isEnd = (bucket: string): bucket is End => (ends as readonly string[]).includes(bucket);
