import { describe, expect, test } from 'vitest';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  admitted,
  after,
  anna,
  blockedByProgram,
  direct,
  evening,
  hours,
  look,
  phases,
  pushed,
  rules,
  type Timed,
  upToDate,
} from './given.ts';

describe('the budget of a deferral class', () => {
  const keepOn = (event: UpgradeEvent, rounds: number): readonly Timed[] =>
    Array.from({ length: rounds }, (_, i): readonly Timed[] => [
      [evening + hours(5 * i), activated],
      [evening + hours(5 * i), event],
    ]).flat();

  test('lets a client that stays unreachable fail when it is spent, not before', () => {
    const unreachable: UpgradeEvent = {
      type: 'LookFailed',
      failure: { kind: 'unreachable', message: 'no route' },
    };
    expect(phases(after(rules, admitted, keepOn(unreachable, 6)))).toBe('deferred unreachable');
    expect(after(rules, admitted, keepOn(unreachable, 7)).state).toMatchObject({
      phase: 'settled',
      end: 'failed',
      cause: 'still unreachable after 6 tries',
      because: 'gave up after 6 tries: no route',
    });
  });

  test('lets a client whose program is never closed need attention', () => {
    expect(phases(after(rules, admitted, keepOn(look(blockedByProgram), 7)))).toBe('settled needsAttention');
  });

  test('is spent by a look that cannot be read: such a client is not free', () => {
    const garbled: UpgradeEvent = {
      type: 'LookFailed',
      failure: { kind: 'garbled', message: 'half an answer' },
    };
    const upgrade = after(rules, admitted, [[evening, garbled]]);
    expect(upgrade.state).toMatchObject({
      phase: 'deferred',
      class: 'couldNotLook',
      blockers: [{ kind: 'couldNotLook' }],
    });
  });
});

describe('a client whose setup phase cannot be read', () => {
  const unread = { setupPhase: 'unknown' } as const;

  test('is not marked: it may be in the middle of its update', () => {
    const upgrade = after(rules, admitted, [[evening, look(unread)]]);
    expect(phases(upgrade)).toBe('deferred couldNotLook');
    expect(phases(after(rules, upgrade, [[evening + hours(1), activated]]))).toBe('looking');
  });

  test('keeps its unanswered mark until a look can tell', () => {
    const marked = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'CommandFailed', failure: { kind: 'cutOff', message: 'cut' } }],
      [evening, look(unread)],
      [evening + hours(1), activated],
    ]);
    expect(marked.memory.open.unanswered).toBe(true);
    const seenMarked = after(rules, marked, [[evening + hours(1), look({ setupPhase: 'upgrade' })]]);
    expect(phases(seenMarked)).toBe('ordering');
  });
});

describe('a client with every file that does not say what is left to download', () => {
  const unsaid = look(upToDate, { filesNotDownloaded: null });

  test.each([
    ['logon', rules],
    ['direct', direct],
    ['push', pushed],
  ])('by the route %s is not upgraded, and not changed for nothing', (_, by) => {
    const { state } = after(by, admitted, [[evening, unsaid]]);
    expect(state).toMatchObject({
      phase: 'deferred',
      class: 'couldNotLook',
      because: 'it does not say whether files are left to download',
    });
  });

  test('is marked when it has old files: the update writes the line', () => {
    expect(phases(after(rules, admitted, [[evening, look({ filesNotDownloaded: null })]]))).toBe('marking');
  });
});

describe('a deferral says what it waits for', () => {
  const pending = (...changes: readonly Partial<Observation>[]): Timed => [
    evening + hours(1),
    look({ bootId: 'boot-2', setupPhase: 'upgrade', users: [anna] }, ...changes),
  ];
  const marked = after(rules, admitted, [
    [evening, look()],
    [evening, { type: 'ClientMarked' }],
  ]);
  const becauseOf = (timed: Timed): string => {
    const { state } = after(rules, marked, [timed]);
    return state.phase === 'deferred'
      ? `${state.class}: ${state.because}`
      : phases(after(rules, marked, [timed]));
  };

  test.each([
    [
      'a user is logged on',
      pending({ bootId: 'boot-1', load: 'once' }),
      'restart: waits to restart: anna is logged on, session 1',
    ],
    ['Load is missing', pending({ load: 'missing' }), "load: anna's Load does not start SMSRUN32.EXE"],
    ['Load is double', pending({ load: 'double' }), "load: anna's Load starts SMSRUN32.EXE twice"],
    [
      'no user is logged on',
      pending({ users: [], load: 'nobodyLoggedOn' }),
      'logon: ready: installs when a user next logs on to this PC',
    ],
    [
      'a file is missing on the server',
      pending({ setupPhase: 'verifyFiles', filesNotDownloaded: ['sm32.hlp'] }),
      'download: not downloaded: sm32.hlp',
    ],
    [
      'a program was in use at the logon',
      pending({
        load: 'once',
        transcript: { at: evening, active: ['pcmsvc32.exe'], inUse: true, notUnderstood: [] },
      }),
      "logon: at anna's logon pcmsvc32.exe was in use; waits for the next logon",
    ],
  ])('%s', (_name, timed, because) => {
    expect(becauseOf(timed)).toBe(because);
  });
});
