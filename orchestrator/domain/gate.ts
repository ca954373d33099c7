import type { Wave } from '../../shared/domain/campaign/definition.ts';
import type { End } from '../../shared/domain/outcome/ending.ts';
import { isNotOk, type Counters } from '../../shared/domain/outcome/counters.ts';

/** How far a wave is, by the campaign's counters. */
export interface WaveProgress {
  readonly size: number;
  readonly settled: number;
  /** Clients that are not admitted yet. */
  readonly waiting: number;
  /** Clients that failed or need attention. */
  readonly notOk: number;
  /** Causes of not-ok ends, most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}

export type GateVerdict =
  | { readonly kind: 'open'; readonly because: string }
  | { readonly kind: 'closed'; readonly because: string }
  /** Too many clients ended not ok: the campaign pauses. */
  | { readonly kind: 'broken'; readonly because: string };

const ends: readonly string[] = [
  'upgraded',
  'skipped',
  'failed',
  'needsAttention',
  'cancelled',
] satisfies readonly End[];

/** The progress of every wave, in the order of `sizes`. */
export function waveProgress(sizes: readonly number[], counters: Counters): readonly WaveProgress[] {
  const waves = sizes.map((size) => ({
    size,
    settled: 0,
    waiting: 0,
    notOk: 0,
    causes: [] as { cause: string; count: number }[],
  }));
  for (const [name, count] of Object.entries(counters)) {
    const [kind, wave = '', third = '', bucket = ''] = name.split('|');
    const progress = waves[Number(wave)];
    if (progress === undefined) continue;
    if (kind === 'cause') progress.causes.push({ cause: third, count });
    if (kind === 'state' && bucket === 'waiting') progress.waiting += count;
    if (kind !== 'state' || !ends.includes(bucket)) continue;
    progress.settled += count;
    if (isNotOk(bucket as End)) progress.notOk += count;
  }
  for (const { causes } of waves) causes.sort((a, b) => b.count - a.count || a.cause.localeCompare(b.cause));
  return waves;
}

/**
 * Is the gate of a wave open, closed or broken? The share of not-ok ends counts once `minSample`
 * clients have settled, or the whole wave where it is smaller. Without a conclusion the gate stays
 * closed.
 * @param accepted not-ok ends that a person has accepted
 */
export function evaluateGate({ name, gate }: Wave, progress: WaveProgress, accepted: number): GateVerdict {
  const { size, settled, notOk } = progress;
  if (size === 0) return { kind: 'open', because: `wave ${name} is empty` };
  const isEnough = settled >= Math.min(gate.minSample, size);
  if (isEnough && (notOk - accepted) * 100 > gate.notOkPercent * settled) {
    return { kind: 'broken', because: brokenBecause(name, gate.notOkPercent, progress) };
  }
  const share = `${settled} of ${size} clients of wave ${name} settled`;
  if (!isEnough) return { kind: 'closed', because: `${share}; nothing is concluded below ${gate.minSample}` };
  return settled * 100 >= gate.settledPercent * size
    ? { kind: 'open', because: `${share}, ${notOk} of them not ok` }
    : { kind: 'closed', because: `${share}, ${gate.settledPercent} % are needed` };
}

function brokenBecause(name: string, limit: number, { settled, notOk, causes }: WaveProgress): string {
  const first = causes[0];
  const cause = first === undefined ? '' : `, same cause ${first.count}x: ${first.cause}`;
  return `wave ${name}: ${notOk} of ${settled} settled clients not ok, limit ${limit} %${cause}`;
}
