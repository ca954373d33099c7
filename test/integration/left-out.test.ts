import { expect, test } from 'vitest';
import { openLeftOut } from '../../orchestrator/rounds/left-out.ts';

test('without a change that is left out, no look at everything is due', () => {
  const leftOut = openLeftOut();
  expect(leftOut.dueInMs(0)).toBeNull();
  expect(leftOut.takeDue(0)).toBe(false);
});

test('the first change that is left out makes the look due at once', () => {
  const leftOut = openLeftOut();
  leftOut.note();
  expect(leftOut.dueInMs(5_000)).toBe(0);
  expect(leftOut.takeDue(5_000)).toBe(true);
  expect(leftOut.dueInMs(5_000)).toBeNull();
});

test('a busy shard causes one look at everything in a second, and the last change is never forgotten', () => {
  const leftOut = openLeftOut();
  const looks: number[] = [];
  for (let now = 0; now < 3_000; now += 100) {
    leftOut.note();
    if (leftOut.takeDue(now)) looks.push(now);
  }
  expect(looks).toEqual([0, 1_000, 2_000]);
  // Nothing changes from now on.
  expect(leftOut.dueInMs(2_900)).toBe(100);
  expect(leftOut.takeDue(2_999)).toBe(false);
  expect(leftOut.takeDue(3_000)).toBe(true);
  expect(leftOut.takeDue(9_000)).toBe(false);
});
