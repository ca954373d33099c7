import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoff, spread } from '../../shared/domain/rules/backoff.ts';
import { minutes, policy } from './given.ts';

describe('backoff', () => {
  const service = { ...policy.deferrals.service, jitter: 0.2 };

  test('doubles up to its maximum', () => {
    expect([0, 1, 2, 3, 4].map((used) => backoff(service, used, 0.5))).toEqual(
      [30, 60, 120, 240, 240].map(minutes),
    );
  });

  test('stays within its jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (used, point) => {
          const plain = backoff({ ...service, jitter: 0 }, used, 0);
          const delay = backoff(service, used, point);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(plain * 0.8));
          expect(delay).toBeLessThanOrEqual(Math.ceil(plain * 1.2));
        },
      ),
    );
  });

  test('spreads similar names evenly, and gives the same point for the same words', () => {
    const points = Array.from({ length: 1_000 }, (_, i) => spread('seed', `pc-${i}`, 0));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const here = points.filter((point) => point >= tenth / 10 && point < (tenth + 1) / 10).length;
      expect(here).toBeGreaterThan(60);
      expect(here).toBeLessThan(140);
    }
    expect(spread('seed', 'pc-1', 0)).toBe(points[1]);
  });
});
