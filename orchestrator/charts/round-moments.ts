const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const week = 7 * day;

/** Lengths of time that people count in, in milliseconds. */
const spans: readonly number[] = [
  ...[1, 5, 15, 30].map((count) => count * second),
  ...[1, 5, 15, 30].map((count) => count * minute),
  ...[1, 3, 6, 12].map((count) => count * hour),
  day,
  2 * day,
  ...[1, 4, 13, 52].map((count) => count * week),
];

/** 1970 began on a Thursday; weeks are counted from the Monday after it. */
const firstMonday = 4 * day;

/** Round moments from one to the other, both in milliseconds of UTC: about `wanted` of them. */
export function roundMoments(from: number, until: number, wanted: number): readonly number[] {
  const target = (until - from) / wanted;
  const farFrom = (span: number): number => Math.abs(Math.log(span / target));
  const near = spans.reduce((best, span) => (farFrom(span) < farFrom(best) ? span : best));
  const step = near < 52 * week ? near : near * Math.max(1, Math.round(target / near));
  const offset = step % week === 0 ? firstMonday : 0;
  const first = Math.ceil((from - offset) / step) * step + offset;
  return Array.from(
    { length: Math.max(0, Math.floor((until - first) / step) + 1) },
    (_, at) => first + at * step,
  );
}
