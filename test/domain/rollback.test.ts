import { expect, test } from 'vitest';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { admitted, after, evening, look, phases, rules, upToDate } from './given.ts';

/** A rollback stages the older release again and rolls it out like any other. */
const older: Rules = { ...rules, files: { 'appctl32.exe': 'old-a', 'climonnt.exe': 'old-c' } };

const olderFiles = { 'appctl32.exe': { sha256: 'old-a' }, 'climonnt.exe': { sha256: 'old-c' } };

test('a client with a newer service pack is not current for an older release: its files have other hashes', () => {
  const upgrade = after(older, admitted, [[evening, look(upToDate)]]);
  expect(phases(upgrade)).toBe('marking');
});

test('a client is upgraded to an older release when its files are proved, with any service pack', () => {
  const marked = after(older, admitted, [
    [evening, look(upToDate)],
    [evening, { type: 'ClientMarked' }],
  ]);
  const back = after(older, marked, [[evening, look({ ...upToDate, files: olderFiles })]]);
  expect(phases(back)).toBe('settled upgraded');
});

test('a client that always had the older release is already current', () => {
  const current = look({ ...upToDate, files: olderFiles, servicePack: 2 });
  expect(phases(after(older, admitted, [[evening, current]]))).toBe('settled alreadyCurrent');
});
