import type { Acceptance } from '../../shared/domain/campaign/campaign.ts';
import type { Wave } from '../../shared/domain/campaign/definition.ts';
import { type End, ends, endsInWords, isFailure, isUpToDate } from '../../shared/domain/outcome/ending.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { causeInWords } from './spent-cause.ts';

/** How far a wave is, by the campaign's counters. */
export interface WaveProgress {
  readonly size: number;
  readonly settled: number;
  /** Clients that are not admitted yet. */
  readonly waiting: number;
  /** Settled clients by end. */
  readonly ends: Readonly<Record<End, number>>;
  /** Clients that failed or need attention. */
  readonly failures: number;
  /** Settled clients that were tried: all but those that a person or a rule took out. */
  readonly tried: number;
  /** Causes of failures, most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}

export type GateVerdict =
  | { readonly kind: 'open'; readonly because: string }
  | { readonly kind: 'closed'; readonly because: string }
  /** Too many clients failed or need attention: the campaign pauses. */
  | { readonly kind: 'broken'; readonly because: string };

/** The progress of every wave, in the order of `sizes`. */
export function waveProgress(sizes: readonly number[], counters: Counters): readonly WaveProgress[] {
  const waves = sizes.map((size) => ({
    size,
    settled: 0,
    waiting: 0,
    ends: Object.fromEntries(ends.map((end) => [end, 0])) as Record<End, number>,
    failures: 0,
    tried: 0,
    causes: [] as { cause: string; count: number }[],
  }));
  for (const [name, count] of Object.entries(counters)) {
    const [kind, wave = '', third = '', bucket = ''] = name.split('|');
    const progress = waves[Number(wave)];
    if (progress === undefined) continue;
    if (kind === 'cause') progress.causes.push({ cause: causeInWords(third), count });
    if (kind === 'state' && bucket === 'waiting') progress.waiting += count;
    if (kind !== 'state' || !isEnd(bucket)) continue;
    progress.settled += count;
    progress.ends[bucket] += count;
    if (isFailure(bucket)) progress.failures += count;
    if (isFailure(bucket) || isUpToDate(bucket)) progress.tried += count;
  }
  for (const { causes } of waves) causes.sort((a, b) => b.count - a.count || a.cause.localeCompare(b.cause));
  return waves;
}

const isEnd = (bucket: string): bucket is End => (ends as readonly string[]).includes(bucket);

/** How many tried clients a gate needs before it decides: `minSample`, or all that there can be. */
export const sampleOf = ({ gate }: Wave, { size, settled, tried }: WaveProgress): number =>
  Math.min(gate.minSample, size - (settled - tried));

/**
 * Is the gate of a wave open, closed or broken? The share of failures is that of the clients that
 * were tried, and counts once `minSample` of them have settled, or all that there are. Without a
 * conclusion the gate stays closed.
 * @param accepted failures that a person has accepted, if one did
 */
export function evaluateGate(
  wave: Wave,
  progress: WaveProgress,
  accepted: number,
  acceptance: Acceptance | null = null,
): GateVerdict {
  const { name, gate } = wave;
  const { size, settled, tried, failures } = progress;
  if (size === 0) return { kind: 'open', because: 'passed: it is empty' };
  const sample = sampleOf(wave, progress);
  if (tried >= sample && (failures - accepted) * 100 > gate.notOkPercent * tried)
    return { kind: 'broken', because: brokenBecause(name, gate.notOkPercent, progress) };
  const share = `${settled} of ${size} finished`;
  if (tried < sample) return { kind: 'closed', because: `${share}; needs ${sample} before it decides` };
  if (settled * 100 < gate.settledPercent * size)
    return { kind: 'closed', because: `${share}; ${gate.settledPercent} % are needed` };
  return { kind: 'open', because: openedBecause(progress, acceptance) };
}

/** Says who let the failures of a wave through. Such a wave has not passed. */
function openedBecause(progress: WaveProgress, acceptance: Acceptance | null): string {
  const found = endsInWords(progress.ends);
  if (acceptance !== null && acceptance.failures > 0)
    return `opened by ${acceptance.by} in spite of ${many(acceptance.failures, 'failure')}: ${found}`;
  return progress.tried === 0 ? `opened, and no client was tried: ${found}` : `passed: ${found}`;
}

function brokenBecause(name: string, limit: number, { tried, failures, causes }: WaveProgress): string {
  const first = causes[0];
  const cause = first === undefined ? '' : `, same cause ${first.count}x: ${first.cause}`;
  return `wave ${name}: ${many(failures, 'failure')} in ${many(tried, 'client')} that were tried, limit ${limit} %${cause}`;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
