import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nearest } from '../../shared/input/nearest.ts';
import { printDuration, readDuration } from '../../shared/input/quantities.ts';
import { readPercent } from '../../orchestrator/input/campaign-gates.ts';

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['4h', 14_400_000],
  ['2d', 172_800_000],
  ['0s', 0],
  ['15 m', 900_000],
])('the duration %s is %i ms', (written, ms) => {
  expect(readDuration(written)).toBe(ms);
});

test.each([
  '',
  '30',
  30,
  'm',
  '1.5h',
  '-1h',
  '1h30m',
  '4H',
  '30 minutes',
  ' 4h',
  '4h ',
  '1e3s',
  '٣h',
  null,
  ['4h'],
])('%j is no duration', (written) => {
  expect(readDuration(written)).toBeUndefined();
});

test.each([
  ['80 %', 80],
  ['80%', 80],
  ['2.5 %', 2.5],
  ['80', 80],
  [80, 80],
  // Never 80 %: a fraction is taken at its word.
  [0.8, 0.8],
])('the percentage %j is %d', (written, share) => {
  expect(readPercent(written)).toBe(share);
});

test.each(['', '%', 'all', '-1 %', '1e2 %', '80 % of all', '80  %', null, true])(
  '%j is no percentage',
  (written) => {
    expect(readPercent(written)).toBeUndefined();
  },
);

test('a printed duration is read as the same duration', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 31_536_000 }), (seconds) => {
      expect(readDuration(printDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test.each([
  ['setled', 'settled'],
  ['failure', 'failures'],
  ['MIN-SAMPLE', 'minSample'],
  ['gate', null],
  ['setlted', 'settled'],
  ['', null],
  ['minSample'.repeat(1000), null],
])('the known word nearest to %s is %s', (word, meant) => {
  expect(nearest(word, ['settled', 'failures', 'minSample'])).toBe(meant);
});

test.each([
  ['list', 'limit', null],
  ['lsit', 'list', 'list'],
  ['ip', 'id', null],
  ['hots', 'host', 'host'],
])('%s is near to %s only with one slip in three letters', (word, known, meant) => {
  expect(nearest(word, [known])).toBe(meant);
});
