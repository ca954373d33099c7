import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { gainsOf, mayGain } from '../../orchestrator/simulation/gains.ts';
import type { RunSummary } from '../../orchestrator/simulation/run-summary.ts';

const hour = 3_600_000;

const run = (endedAfterMs: number | null, mostAfterMs: number | null = endedAfterMs): RunSummary => ({
  endedAfterMs,
  mostAfterMs,
  wavesAfterMs: [],
});

/** The runs of one campaign of 500 hours, and those without a limit that end so much earlier. */
const pairsOf = (gains: readonly number[]): readonly [RunSummary[], RunSummary[]] => [
  gains.map(() => run(500 * hour)),
  gains.map((gain) => run((500 - gain) * hour)),
];

test.each([
  ['the first of three gains nothing', [0], 3, false],
  ['the first of three is later', [-5], 3, false],
  ['the first of three gains', [0.1], 3, true],
  ['a gain and nothing', [10, 0], 3, false],
  ['two gains', [10, 4], 3, true],
  ['the first of four gains nothing', [0], 4, true],
  ['two of four gain nothing', [0, 0], 4, false],
  ['the first of two gains nothing', [0], 2, false],
  ['nothing is known', [], 3, true],
])('%s', (_, known, pairs, expected) => {
  const [before, after] = pairsOf(known);
  expect(mayGain(before, after, pairs)).toBe(expected);
});

it('may gain by either measure', () => {
  const before = [run(500 * hour, 400 * hour)];
  expect(mayGain(before, [run(500 * hour, 390 * hour)], 3)).toBe(true);
  expect(mayGain(before, [run(490 * hour, 400 * hour)], 3)).toBe(true);
});

it('never gains where a run does not end', () => {
  expect(mayGain([run(null)], [run(100 * hour)], 3)).toBe(false);
  expect(mayGain([run(100 * hour)], [run(null)], 3)).toBe(false);
});

/** Gains in tenths of an hour: many differences are equal, zero or close to the limit. */
const gain = fc.integer({ min: -60, max: 200 }).map((tenths) => tenths / 10);

it('is never denied where all runs then say a gain', () => {
  let [denied, said] = [0, 0];
  fc.assert(
    fc.property(fc.array(fc.tuple(gain, gain), { minLength: 2, maxLength: 4 }), (gains) => {
      const before = gains.map(() => run(500 * hour, 400 * hour));
      const after = gains.map(([end, most]) => run((500 - end) * hour, (400 - most) * hour));
      const [found] = gainsOf(before, [{ limit: 'limit', runs: after }]);
      if (found !== undefined) said += 1;
      for (let known = 1; known < after.length; known += 1) {
        if (mayGain(before, after.slice(0, known), after.length)) continue;
        denied += 1;
        expect(found).toBeUndefined();
      }
    }),
    { seed: 7, numRuns: 20_000 },
  );
  expect(denied).toBeGreaterThan(500);
  expect(said).toBeGreaterThan(500);
});
