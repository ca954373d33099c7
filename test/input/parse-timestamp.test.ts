import { expect, test } from 'vitest';
import { readMoment } from '../../orchestrator/input/parse-timestamp.ts';

test('a timestamp is a moment by the clock of a time zone', () => {
  expect(readMoment('2026-11-23 22:00 Europe/Rome')).toBe(Date.UTC(2026, 10, 23, 21));
  expect(readMoment('2026-07-01T22:00 America/New_York')).toBe(Date.UTC(2026, 6, 2, 2));
});

test.each([
  ['a time that this night does not have', '2026-03-29 02:30 Europe/Rome'],
  ['a time that this night has twice', '2026-10-25 02:30 Europe/Rome'],
  ['a day that is not there', '2026-02-30 22:00 Europe/Rome'],
  ['no zone', '2026-11-23 22:00'],
  ['an offset instead of a zone', '2026-11-23 22:00 +01:00'],
  ['a zone that is not known', '2026-11-23 22:00 Europe/Roma'],
  ['no text', 20261123],
])('%s is no timestamp', (_what, value) => {
  expect(readMoment(value)).toBeUndefined();
});
