import { describe, expect, test } from 'vitest';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { prove } from '../../shared/domain/observation/proof.ts';
import { verdictOf } from '../../shared/domain/observation/verdict.ts';
import { admitted, after, evening, hours, look, oldClient, rules, upToDate } from './given.ts';

const seen = (...changes: readonly Partial<Observation>[]): Observation =>
  Object.assign({}, oldClient, ...changes) as Observation;

describe('proof', () => {
  test('needs the setup phase, nothing left to download, and every hash', () => {
    expect(prove(rules.files, seen(upToDate)).kind).toBe('current');
    expect(prove(rules.files, seen(upToDate, { setupPhase: 'verifyFiles' }))).toEqual({
      kind: 'notCurrent',
      because: 'its setup phase is verify files',
    });
    expect(prove(rules.files, seen(upToDate, { setupPhase: 'unknown' })).kind).toBe('notCurrent');
    expect(prove(rules.files, seen(upToDate, { filesNotDownloaded: ['sm32.hlp'] })).kind).toBe(
      'filesMissing',
    );
    expect(prove(rules.files, seen(upToDate, { filesNotDownloaded: null }))).toEqual({
      kind: 'notSaid',
      because: 'it does not say whether files are left to download',
    });
    expect(prove(rules.files, seen({ filesNotDownloaded: null })).kind).toBe('notCurrent');
    expect(prove(rules.files, seen()).kind).toBe('notCurrent');
    expect(
      prove(
        rules.files,
        seen(upToDate, { files: { ...upToDate.files, 'climonnt.exe': { unreadable: 'locked' } } }),
      ).kind,
    ).toBe('notCurrent');
  });

  test('fails for a client that says it is installed and has the old files', () => {
    const marked = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
    ]);
    const trapped = after(rules, marked, [[evening + hours(1), look({ bootId: 'boot-2' })]]);
    expect(trapped.state).toMatchObject({
      phase: 'deferred',
      class: 'download',
      because: expect.stringContaining('says it is installed, but 2 files differ'),
    });
  });
});

describe('the verdict of a look without a campaign', () => {
  const verdict = (...changes: readonly Partial<Observation>[]) =>
    verdictOf(rules.product, rules.files, seen(free, ...changes));
  const direct = { ...rules.product, route: 'direct' } as const;

  test('is never free for a client that does not say what an update depends on', () => {
    expect(verdict()).toEqual({ kind: 'free' });
    expect(verdict({ filesNotDownloaded: null })).toEqual({
      kind: 'couldNotLook',
      failure: 'garbled',
      error: 'it does not say whether files are left to download',
    });
    expect(verdict(upToDate, { filesNotDownloaded: null }).kind).toBe('couldNotLook');
    expect(verdict({ setupPhase: 'unknown' })).toMatchObject({
      error: 'its setup phase is missing or not understood',
    });
    // No mark is written by the other routes: the phase only belongs to their proof.
    expect(verdictOf(direct, null, seen({ setupPhase: 'unknown' }, free)).kind).toBe('free');
    expect(verdictOf(direct, null, seen({ filesNotDownloaded: null }, free)).kind).toBe('couldNotLook');
  });

  test('names what is in the way also of a client that does not say it', () => {
    expect(verdict({ filesNotDownloaded: null, locked: ['appctl32.exe'] }).kind).toBe('blocked');
  });
});

const free: Partial<Observation> = { processes: [], services: [], locked: [] };
