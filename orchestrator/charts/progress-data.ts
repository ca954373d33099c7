/** How many clients were finished at a moment (epoch milliseconds). */
export interface ProgressPoint {
  readonly at: number;
  readonly finished: number;
}

/** The progress of a campaign, and what is expected of it. Times are epoch milliseconds. */
export interface ProgressData {
  readonly size: number;
  readonly startedAt: number;
  /** Rising in both. */
  readonly points: readonly ProgressPoint[];
  /** Until when the points say everything: now, or the end. */
  readonly until: number;
  readonly isOver: boolean;
  /** When the last client is finished by half and by nine of ten simulations; null = not said. */
  readonly forecast: { readonly p50: number | null; readonly p90: number } | null;
  /** What was planned at the start, rising in both; none = no plan. */
  readonly planned: readonly ProgressPoint[];
  /** IANA name of the zone whose clocks the axis shows. */
  readonly zone: string;
}

/** Counts moments at which one client each was finished, in any order, into rising points. */
export function countedUp(times: readonly number[]): readonly ProgressPoint[] {
  const sorted = times.filter(Number.isFinite).toSorted((a, b) => a - b);
  const points: { at: number; finished: number }[] = [];
  for (const [index, at] of sorted.entries()) {
    const last = points.at(-1);
    if (last?.at === at) last.finished = index + 1;
    else points.push({ at, finished: index + 1 });
  }
  return points;
}

/** The last point in each of `steps` equal parts of the time: a drawing cannot show more. */
export function thinned(
  points: readonly ProgressPoint[],
  [from, until]: readonly [number, number],
  steps: number,
): readonly ProgressPoint[] {
  if (points.length <= steps || !(until > from)) return points;
  const kept = new Map<number, ProgressPoint>();
  for (const point of points) kept.set(Math.floor(((point.at - from) / (until - from)) * steps), point);
  return [...kept.values()];
}

/** How many clients were finished at a moment, by these points. */
export const finishedAt = (points: readonly ProgressPoint[], at: number): number =>
  points.findLast((point) => point.at <= at)?.finished ?? 0;
