import type { ProgressPoint } from '../charts/progress-data.ts';
import type { PlannedAgainstActual } from '../views/planned-actual.ts';
import type { WaveStatus } from '../views/status.ts';

interface PlannedSpan {
  readonly from: number;
  readonly until: number;
  readonly size: number;
}

/** How many clients were planned to be finished by then, were each wave even between its times. */
const plannedAt = (spans: readonly PlannedSpan[], at: number): number =>
  spans.reduce((sum, { from, until, size }) => {
    if (at <= from) return sum;
    return sum + (at >= until ? size : Math.floor((size * (at - from)) / (until - from)));
  }, 0);

/**
 * The planned course of a campaign: each wave from its opening to its P50. None where nothing was
 * planned.
 * @param startedAt epoch milliseconds
 */
export function plannedCourse(
  planned: PlannedAgainstActual | undefined,
  waves: readonly Pick<WaveStatus, 'wave' | 'size'>[],
  startedAt: number,
): readonly ProgressPoint[] {
  const sizes = new Map(waves.map(({ wave, size }) => [wave, size]));
  const spans = (planned?.waves ?? []).flatMap(({ wave, opens, ends }): readonly PlannedSpan[] => {
    if (opens.planned === null || ends.p50 === null) return [];
    const [from, until] = [Date.parse(opens.planned), Date.parse(ends.p50)];
    return [{ from, until: Math.max(from + 1, until), size: sizes.get(wave) ?? 0 }];
  });
  if (spans.length === 0) return [];
  const times = new Set([startedAt, ...spans.flatMap(({ from, until }) => [from, until])]);
  return [...times]
    .filter((at) => at >= startedAt)
    .toSorted((a, b) => a - b)
    .map((at) => ({ at, finished: plannedAt(spans, at) }));
}
