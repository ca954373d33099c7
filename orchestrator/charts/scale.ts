/** Maps numbers to pixels in a straight line. A span without length is mapped to its beginning. */
export function linear(
  [from, until]: readonly [number, number],
  [start, end]: readonly [number, number],
): (value: number) => number {
  const span = until - from;
  return (value) => (span > 0 ? start + ((value - from) / span) * (end - start) : start);
}

/**
 * Round numbers from 0 to at most `largest`, about `wanted` of them: counts of clients, so never
 * less than 1 apart.
 */
export function countTicks(largest: number, wanted: number): readonly number[] {
  if (!(largest > 0)) return [0];
  const rough = Math.max(1, largest / Math.max(1, wanted));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(largest / step) + 1 }, (_, at) => at * step);
}
