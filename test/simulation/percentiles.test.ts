import { describe, expect, it } from 'vitest';
import { percentilesOf } from '../../orchestrator/simulation/percentiles.ts';

const startAt = Date.UTC(2026, 10, 23, 17);
const hour = 3_600_000;
const at = (hours: number): string => new Date(startAt + hours * hour).toISOString().replace('.000', '');
const hours = (...values: readonly (number | null)[]): readonly (number | null)[] =>
  values.map((value) => value && value * hour);

/** The fifth one is 14 h, the ninth one 18 h. */
const ten = hours(10, 11, 12, 13, 14, 15, 16, 17, 18, 30);

describe('replicates of the whole fleet', () => {
  const plan = { isWhole: true, noP90: null };

  it('say when half of them and nine of ten have ended, whenever the simulation itself ends', () => {
    expect(percentilesOf(ten, startAt + 99 * hour, startAt, plan)).toEqual({ p50: at(14), p90: at(18) });
    expect(percentilesOf(ten, null, startAt, plan)).toEqual({ p50: at(14), p90: at(18) });
  });

  it('say no P90 where they are too few, or some do not end', () => {
    const some = hours(10, 11, 12, 13, 14, 15, 16, 17, null, null);
    expect(percentilesOf(some, null, startAt, plan)).toEqual({ p50: at(14), p90: null });
    expect(percentilesOf(hours(10, 14), null, startAt, { ...plan, noP90: 'too few' }).p90).toBeNull();
  });
});

describe('replicates of a smaller fleet', () => {
  const plan = { isWhole: false, noP90: null };

  it('say how much later than the simulation of all clients nine of ten end', () => {
    expect(percentilesOf(ten, startAt + 20 * hour, startAt, plan)).toEqual({ p50: at(20), p90: at(24) });
  });

  it('never say that nine of ten end before the simulation of all clients does', () => {
    for (const own of [1, 14, 18, 30, 400]) {
      const { p50, p90 } = percentilesOf(ten, startAt + own * hour, startAt, plan);
      expect(Date.parse(p90 ?? '')).toBeGreaterThanOrEqual(startAt + own * hour);
      expect(p50).toBe(at(own));
    }
  });

  it('say nothing of an end that the simulation of all clients does not have', () => {
    expect(percentilesOf(ten, null, startAt, plan)).toEqual({ p50: null, p90: null });
  });
});

it('is nothing without replicates', () => {
  const plan = { isWhole: true, noP90: 'none was asked for' };
  expect(percentilesOf([], startAt + hour, startAt, plan)).toEqual({ p50: null, p90: null });
});
