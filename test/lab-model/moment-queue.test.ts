import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MomentQueue } from '../lab/fleet/moment-queue.ts';

describe('the moment queue', () => {
  it('returns every due entry, earliest first, and no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 })),
        fc.integer({ min: 0, max: 50 }),
        (times, now) => {
          const queue = new MomentQueue<number>();
          times.forEach((at, index) => queue.add(at, index));
          const taken: number[] = [];
          for (let due = queue.takeDue(now); due !== undefined; due = queue.takeDue(now)) taken.push(due.at);
          expect(taken).toEqual(times.filter((at) => at <= now).toSorted((a, b) => a - b));
          expect(queue.size).toBe(times.length - taken.length);
          expect(queue.earliest()?.at ?? Infinity).toBe(Math.min(...times.filter((at) => at > now)));
        },
      ),
    );
  });

  it('stays in order while entries are added and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: null })), (steps) => {
        const queue = new MomentQueue<null>();
        let known: number[] = [];
        const taken: (number | undefined)[] = [];
        const due: (number | undefined)[] = [];
        for (const step of steps) {
          if (step !== null) {
            queue.add(step, null);
            known = [...known, step].toSorted((a, b) => a - b);
          } else {
            taken.push(queue.takeDue(Infinity)?.at);
            due.push(known.shift());
          }
        }
        expect(taken).toEqual(due);
      }),
    );
  });
});
