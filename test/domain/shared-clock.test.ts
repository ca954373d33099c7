import { expect, test } from 'vitest';
import fc from 'fast-check';
import { type Measurement, sharedClock } from '../../shared/shared-clock.ts';

/** A clock whose monotonic time the test sets, and the answers of a store at that time. */
function clockAt(storeTime: number, took = 0) {
  let monotonic = 1_000;
  const measured = (time: number, tookMs: number): Measurement => ({
    sent: monotonic - tookMs,
    answered: monotonic,
    storeTime: time,
  });
  const clock = sharedClock(measured(storeTime, took), () => monotonic);
  return {
    clock,
    pass: (ms: number) => void (monotonic += ms),
    correct: (time: number, tookMs = 0) => clock.correct(measured(time, tookMs)),
  };
}

const hour = 3_600_000;

test('a clock has the time of the store, which was read halfway between question and answer', () => {
  const { clock, pass } = clockAt(50_000, 40);
  expect([clock.now(), clock.realNow()]).toEqual([50_020, 50_020]);
  pass(500.5);
  expect(clock.now()).toBe(50_520);
  expect(clock.realDelay(50_521)).toBe(1);
  expect(clock.realDelay(50_000)).toBe(0);
});

test('an answer that took long corrects nothing that lies within its error', () => {
  const { clock, correct } = clockAt(50_000);
  expect(correct(49_000, 4_000)).toBe(0);
  expect(clock.now()).toBe(50_000);
  expect(correct(53_000, 1_000)).toBe(3_500);
  expect(clock.now()).toBe(53_500);
});

test('a clock that is behind is put forward at once; one that is ahead runs at half speed until it is right', () => {
  const { clock, pass, correct } = clockAt(hour);
  expect(correct(2 * hour)).toBe(hour);
  expect(clock.now()).toBe(2 * hour);
  expect(correct(2 * hour - 10_000)).toBe(-10_000);
  expect(clock.now()).toBe(2 * hour);
  pass(1_000);
  expect(clock.now()).toBe(2 * hour + 500);
  // The store's clock has gone on as this one expects: nothing more to correct.
  expect(correct(2 * hour - 9_000)).toBe(0);
  pass(29_000);
  expect(clock.now()).toBe(2 * hour + 20_000);
});

test('whatever the store says, the clock never goes back and comes to the time of the store', () => {
  const step = fc.record({
    pass: fc.nat(10_000),
    store: fc.integer({ min: -hour, max: hour }),
    took: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      const { clock, pass, correct } = clockAt(10 * hour);
      let last = clock.now();
      const isLater = (): void => {
        expect(clock.now()).toBeGreaterThanOrEqual(last);
        last = clock.now();
      };
      let time = 0;
      for (const each of steps) {
        pass(each.pass);
        isLater();
        time = 10 * hour + each.store;
        correct(time, each.took);
        isLater();
      }
      pass(50 * hour);
      isLater();
      expect(Math.abs(clock.now() - time - 50 * hour)).toBeLessThanOrEqual(51);
    }),
  );
});
