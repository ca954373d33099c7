import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Entries } from '../../orchestrator/web/app/entries.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the page keeps the answer of a path that was left twice and is open again', () => {
  const entries = new Entries();
  const path = 'v1/releases';
  entries.release(entries.open(path, 5_000));
  vi.advanceTimersByTime(20_000);
  const second = entries.open(path, 5_000);
  vi.advanceTimersByTime(10_000);
  entries.release(second);
  vi.advanceTimersByTime(40_000);
  const third = entries.open(path, 5_000);
  expect(third).not.toBe(second);
  // The second leaving is a minute ago now.
  vi.advanceTimersByTime(30_000);
  expect(entries.watched()).toEqual([third]);
});
