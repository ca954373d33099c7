import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockersOf, describeBlocker, fingerprint } from '../../shared/domain/observation/blocker.ts';
import { executableOf, isInside, withExecutable } from '../../shared/domain/observation/image-path.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { countSightings, persistsBecause } from '../../shared/domain/remediation/persistence.ts';
import { prove } from '../../shared/domain/observation/proof.ts';
import { backoff, spread } from '../../shared/domain/rules/backoff.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  admitted,
  after,
  agentClient,
  anna,
  blockedByPcm,
  blockedByProgram,
  evening,
  hours,
  look,
  minutes,
  oldClient,
  phases,
  policy,
  pushed,
  rules,
  type Timed,
  upToDate,
} from './given.ts';

const seen = (...changes: readonly Partial<Observation>[]): Observation =>
  Object.assign({}, oldClient, ...changes) as Observation;

describe('backoff', () => {
  const service = { ...policy.deferrals.service, jitter: 0.2 };

  test('doubles up to its ceiling', () => {
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

  test('spreads neighbouring clients evenly, and the same words to the same point', () => {
    const points = Array.from({ length: 1_000 }, (_, i) => spread('seed', `pc-${i}`, 0));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const here = points.filter((point) => point >= tenth / 10 && point < (tenth + 1) / 10).length;
      expect(here).toBeGreaterThan(60);
      expect(here).toBeLessThan(140);
    }
    expect(spread('seed', 'pc-1', 0)).toBe(points[1]);
  });
});

describe('a blocker persists', () => {
  const blockers = blockersOf(rules.product, seen(blockedByPcm));
  const name = fingerprint(blockers[0] as never);
  const sightingAfter = (...looks: readonly (readonly [number, string])[]) =>
    looks.reduce(
      (before, [at, bootId]) => countSightings(policy.persistence, before, blockers, { at, bootId }),
      {},
    );

  test('after three looks; looks closer than minGap count once', () => {
    const twice = sightingAfter([0, 'a'], [minutes(5), 'a'], [minutes(10), 'a'], [minutes(21), 'a']);
    expect(twice).toMatchObject({ [name]: { looks: 2, since: 0 } });
    expect(persistsBecause(policy.persistence, (twice as never)[name])).toBeNull();
    const thrice = sightingAfter([0, 'a'], [minutes(21), 'a'], [minutes(42), 'a']);
    expect(persistsBecause(policy.persistence, (thrice as never)[name])).toBe('found by 3 looks');
  });

  test('after one restart, or after a day', () => {
    expect(
      persistsBecause(policy.persistence, (sightingAfter([0, 'a'], [minutes(5), 'b']) as never)[name]),
    ).toBe('still there after 1 restart');
    expect(
      persistsBecause(policy.persistence, (sightingAfter([0, 'a'], [hours(24), 'a']) as never)[name]),
    ).toBe('there for 24 hours');
  });

  test('a blocker that went away begins anew', () => {
    const gone = countSightings(policy.persistence, sightingAfter([0, 'a'], [minutes(30), 'a']), [], {
      at: hours(1),
      bootId: 'a',
    });
    expect(gone).toEqual({});
  });
});

describe('blockers', () => {
  test('the seed: the PCM service out of the component directory is structural', () => {
    const [blocker] = blockersOf(rules.product, seen(blockedByPcm));
    expect(blocker).toMatchObject({ kind: 'service', executable: 'pcmsvc32.exe', structural: true });
    expect(describeBlocker(blocker as never)).toBe(
      'pcmsvc32.exe, service SMS_PACKAGE_COMMAND_MANAGER_NT, automatic start, runs from C:\\MS\\SMS\\BIN (structural: it runs again after every start)',
    );
  });

  test('a program of a user, and a file that someone holds', () => {
    const found = blockersOf(rules.product, seen(blockedByProgram, { locked: ['pcmwin32.exe', 'sm32.hlp'] }));
    expect(found.map(fingerprint)).toEqual(['program pcmwin32.exe', 'file sm32.hlp']);
  });

  test("the service that a swap stops is in nobody's way, in whichever session the client says that it runs", () => {
    const [service] = agentClient.processes ?? [];
    if (service === undefined) throw new Error('no process');
    const processes = [{ ...service, session: 1 }];
    expect(blockersOf(pushed.product, seen(agentClient))).toEqual([]);
    expect(blockersOf(pushed.product, seen(agentClient, { processes }))).toEqual([]);
    const beside = [...processes, { ...service, pid: 205, session: 1 }];
    expect(blockersOf(pushed.product, seen(agentClient, { processes: beside }))).toHaveLength(1);
  });

  test('an image path keeps its quotes and arguments when its executable moves', () => {
    const to = 'C:\\SMS_PCM\\pcmsvc32.exe';
    expect(executableOf('"C:\\Program Files\\a b.exe" -k x')).toBe('C:\\Program Files\\a b.exe');
    expect(withExecutable('"C:\\Program Files\\a b.exe" -k x', to)).toBe(`"${to}" -k x`);
    expect(withExecutable('C:\\MS\\SMS\\BIN\\PCMSVC32.EXE /debug', to)).toBe(`${to} /debug`);
    expect(withExecutable('C:\\MS\\SMS\\BIN\\PCMSVC32.EXE', to)).toBe(to);
  });

  test('inside a directory, whatever the spelling', () => {
    expect(isInside('"c:\\ms\\sms\\bin\\PCMSVC32.EXE"', 'C:\\MS\\SMS\\BIN')).toBe(true);
    expect(isInside('C:\\MS\\SMS\\BINARIES\\x.exe', 'C:\\MS\\SMS\\BIN')).toBe(false);
    expect(isInside('C:\\SMS_PCM\\pcmsvc32.exe', 'C:\\MS\\SMS\\BIN')).toBe(false);
  });
});

describe('proof', () => {
  test('needs the phase, nothing left to download, and every hash', () => {
    expect(prove(rules.files, seen(upToDate)).kind).toBe('current');
    expect(prove(rules.files, seen(upToDate, { setupPhase: 'verifyFiles' }))).toEqual({
      kind: 'notCurrent',
      because: 'its setup phase is verifyFiles',
    });
    expect(prove(rules.files, seen(upToDate, { setupPhase: 'unknown' })).kind).toBe('notCurrent');
    expect(prove(rules.files, seen(upToDate, { filesNotDownloaded: ['sm32.hlp'] })).kind).toBe(
      'filesMissing',
    );
    expect(prove(rules.files, seen()).kind).toBe('notCurrent');
    expect(
      prove(
        rules.files,
        seen(upToDate, { files: { ...upToDate.files, 'climonnt.exe': { unreadable: 'locked' } } }),
      ).kind,
    ).toBe('notCurrent');
  });

  test('the trap: it says installed, but the files are the old ones: not success', () => {
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

describe('budgets', () => {
  const keepOn = (event: UpgradeEvent, rounds: number): readonly Timed[] =>
    Array.from({ length: rounds }, (_, i): readonly Timed[] => [
      [evening + hours(5 * i), activated],
      [evening + hours(5 * i), event],
    ]).flat();

  test('a client that stays unreachable fails when the budget is spent, not before', () => {
    const unreachable: UpgradeEvent = {
      type: 'LookFailed',
      failure: { kind: 'unreachable', message: 'no route' },
    };
    expect(phases(after(rules, admitted, keepOn(unreachable, 6)))).toBe('deferred unreachable');
    expect(after(rules, admitted, keepOn(unreachable, 7)).state).toMatchObject({
      phase: 'settled',
      end: 'failed',
      cause: 'unreachable budget spent',
      because: 'gave up after 6 deferrals of class unreachable: no route',
    });
  });

  test('a program that is never closed needs attention', () => {
    expect(phases(after(rules, admitted, keepOn(look(blockedByProgram), 7)))).toBe('settled needsAttention');
  });

  test('a look that can not be read is not free', () => {
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

describe('a client whose SetupPhase can not be read', () => {
  const unread = { setupPhase: 'unknown' } as const;

  test('is not marked: it may be in the middle of its update', () => {
    const upgrade = after(rules, admitted, [[evening, look(unread)]]);
    expect(phases(upgrade)).toBe('deferred couldNotLook');
    expect(phases(after(rules, upgrade, [[evening + hours(1), activated]]))).toBe('looking');
  });

  test('keeps what is known of its mark until a look can tell', () => {
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

describe('what is waited for is said', () => {
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
      'somebody is logged on',
      pending({ bootId: 'boot-1', load: 'once' }),
      'restart: waits to restart: anna is logged on, session 1',
    ],
    ['Load is missing', pending({ load: 'missing' }), "load: anna's Load does not start SMSRUN32.EXE"],
    ['Load is double', pending({ load: 'double' }), "load: anna's Load starts SMSRUN32.EXE twice"],
    [
      'nobody is logged on',
      pending({ users: [], load: 'nobodyLoggedOn' }),
      'logon: waits for a logon: it starts the update',
    ],
    [
      'a file is missing on the server',
      pending({ setupPhase: 'verifyFiles', filesNotDownloaded: ['sm32.hlp'] }),
      'download: not downloaded: sm32.hlp',
    ],
    [
      'it was in use at the logon',
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

describe('exclusions', () => {
  test('a server is skipped, and already current by hashes is skipped', () => {
    expect(after(rules, admitted, [[evening, look(blockedByPcm, { role: 'server' })]]).state).toMatchObject({
      end: 'skipped',
      cause: 'server',
    });
    expect(after(rules, admitted, [[evening, look(upToDate)]]).state).toMatchObject({
      end: 'skipped',
      cause: 'already current',
    });
  });

  test('an unfinished relocation on the client is ended first', () => {
    const intent = {
      kind: 'relocation',
      campaign: 'older',
      direction: 'forward',
      step: 'repoint',
      preImage: { service: rules as never, sha256: '', from: '', to: '' },
    } as const;
    expect(
      phases(
        after(rules, admitted, [
          [
            evening,
            look({
              intent: { ...intent, preImage: { ...intent.preImage, service: { name: 'S' } as never } },
            }),
          ],
        ]),
      ),
    ).toBe('remedying relocation forward repoint');
  });

  test('a restart that never happens fails with its time, and is not sent twice', () => {
    const ordered = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
      [evening, look({ setupPhase: 'upgrade' })],
      [evening, { type: 'RestartOrdered' }],
    ]);
    const gone: UpgradeEvent = { type: 'LookFailed', failure: { kind: 'unreachable', message: 'no answer' } };
    const lost = after(rules, ordered, [
      [evening + hours(5), activated],
      [evening + hours(5), gone],
    ]);
    expect(lost.state).toMatchObject({
      end: 'failed',
      cause: 'did not come back',
      because: 'did not come back after the restart ordered at 2026-11-16T20:00:00Z: no answer',
    });
    expect(lost.memory.history.restarts).toEqual({ mark: 1 });
  });

  test.each(['garbled', 'cutOff'] as const)(
    'a look that is %s after the deadline of a restart says nothing of it',
    (kind) => {
      const ordered = after(rules, admitted, [
        [evening, look()],
        [evening, { type: 'ClientMarked' }],
        [evening, look({ setupPhase: 'upgrade' })],
        [evening, { type: 'RestartOrdered' }],
      ]);
      const unread: UpgradeEvent = { type: 'LookFailed', failure: { kind, message: 'half an answer' } };
      const again = after(rules, ordered, [
        [evening + hours(5), activated],
        [evening + hours(5), unread],
      ]);
      expect(again.state).toMatchObject({ phase: 'deferred', class: 'couldNotLook' });
      // The next look still knows what it has to prove.
      expect(again.memory.open.restart).not.toBeNull();
    },
  );
});
