import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { beginsSomething, isFinishing } from '../../shared/domain/upgrade/placement.ts';
import { retry, undo, unmark } from '../../orchestrator/domain/reopen.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  blockedByProgram,
  direct,
  done,
  evening,
  look,
  minutes,
  pcmService,
  phases,
  preImage,
  rules,
  type Timed,
  upToDate,
  withPolicy,
} from './given.ts';

const aborted: Ending = {
  end: 'cancelled',
  cause: 'campaign aborted',
  because: 'campaign sp4 was aborted by anna: wrong release',
  blockers: [],
};
const ends: UpgradeEvent = { type: 'EndRequested', ending: aborted };
const marked = look({ setupPhase: 'upgrade' });
const atOnce = withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] });

/** These events, a minute apart. */
const story = (upgrade: Upgrade, events: readonly UpgradeEvent[], given = rules): Upgrade =>
  after(
    given,
    upgrade,
    events.map((event, n): Timed => [evening + minutes(n), event]),
  );

const forward = ['record', 'stop', 'copy', 'protect', 'repoint', 'start', 'prove', 'close'].map(done);
const back = ['stop', 'pointBack', 'startAgain', 'removeCopy', 'close'].map(done);

describe('a client that was marked when it failed, and is tried again', () => {
  const ordered = story(admitted, [look(), { type: 'ClientMarked' }, marked, { type: 'RestartOrdered' }]);
  const failed = after(rules, ordered, [
    [evening + minutes(300), activated],
    [evening + minutes(300), { type: 'LookFailed', failure: { kind: 'unreachable', message: 'no route' } }],
  ]);
  const again = retry(failed, 'the line is back');
  if (again.kind !== 'reopened') throw new Error(again.because);

  test('is not marked and restarted a second time when it comes back', () => {
    expect(failed.state).toMatchObject({ end: 'failed', cause: 'did not come back' });
    const back = look({ setupPhase: 'upgrade', bootId: 'another-boot' });
    const waits = after(rules, again.upgrade, [[evening + minutes(400), back]]);
    expect(waits.state).toMatchObject({ phase: 'deferred', class: 'logon' });
    const notMarked = look({ setupPhase: 'installed', bootId: 'another-boot' });
    const looked = after(rules, again.upgrade, [[evening + minutes(400), notMarked]]);
    expect([phases(looked), looked.memory.open.mark]).toEqual(['deferred download', null]);
  });

  test('is said to install all the same when it is given up then', () => {
    expect(story(again.upgrade, [ends]).state).toMatchObject({ end: 'cancelled', cause: 'still marked' });
  });
});

describe('a client that is given up', () => {
  test('settles at once when nothing has been begun on it', () => {
    const upgrade = story(admitted, [look(blockedByProgram), ends]);
    expect(upgrade.state).toMatchObject({ phase: 'settled', ...aborted });
    expect(upgrade.memory.request).toBeNull();
  });

  test('is said to install all the same when it is marked', () => {
    const upgrade = story(admitted, [look(), { type: 'ClientMarked' }, ends]);
    expect(upgrade.state).toMatchObject({
      end: 'cancelled',
      cause: 'still marked',
      because: `${aborted.because}; it is marked since 2026-11-16T20:01:00Z and will install at its next logon unless it is unmarked`,
    });
    expect(countersOf(upgrade)['cancelled|still marked']).toBe(1);
  });

  test('may be marked when nobody knows what became of the command', () => {
    const upgrade = story(admitted, [look(), ends]);
    expect(phases(upgrade)).toBe('settled cancelled');
    expect(upgrade.state).toMatchObject({
      cause: 'still marked',
      because: expect.stringContaining('may be'),
    });
  });

  test('is seen to the end of its restart first', () => {
    const restarting = [look(), { type: 'ClientMarked' }, marked, { type: 'RestartOrdered' }] as const;
    const upgrade = story(admitted, [...restarting, ends]);
    expect(phases(upgrade)).toBe('restarting');
    const still = story(upgrade, [activated, marked]);
    expect(phases(still)).toBe('restarting');
    const returned = story(still, [activated, look({ setupPhase: 'upgrade', bootId: 'boot-2' })]);
    expect(returned.state).toMatchObject({ phase: 'settled', end: 'cancelled', cause: 'still marked' });
  });

  test('is upgraded when the look after its restart proves it', () => {
    const upgrade = story(admitted, [
      look(),
      { type: 'ClientMarked' },
      marked,
      { type: 'RestartOrdered' },
      ends,
    ]);
    const returned = story(upgrade, [activated, look(upToDate, { bootId: 'boot-2' })]);
    expect(phases(returned)).toBe('settled upgraded');
  });

  test('is not left with a service half moved', () => {
    const moving = story(admitted, [look(blockedByPcm), done('record')], atOnce);
    const upgrade = story(moving, [ends], atOnce);
    expect(phases(upgrade)).toBe('remedying relocation forward stop');
    const whole = story(upgrade, forward.slice(1), atOnce);
    expect(whole.state).toMatchObject({ phase: 'settled', end: 'cancelled', cause: 'campaign aborted' });
    expect(whole.memory.learned.relocation).toBe('done');
  });

  test('has no service moved that was only about to be', () => {
    const upgrade = story(admitted, [look(blockedByPcm), ends], atOnce);
    expect(phases(upgrade)).toBe('settled cancelled');
    expect(upgrade.memory.learned.relocation).toBe('none');
  });

  test('stays as it has settled', () => {
    const upgraded = story(admitted, [look(upToDate)]);
    expect(story(upgraded, [ends])).toEqual(upgraded);
  });

  test('never begins anything afterwards, whatever comes', () => {
    const events: readonly UpgradeEvent[] = [
      activated,
      look(),
      look(blockedByPcm),
      marked,
      look({ setupPhase: 'upgrade', bootId: 'boot-2' }),
      look(upToDate),
      { type: 'ClientMarked' },
      { type: 'UpdateRan' },
      { type: 'RestartOrdered' },
      { type: 'UsersNotified' },
      { type: 'CheckedIn' },
      { type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } },
      { type: 'CommandFailed', failure: { kind: 'timedOut', message: 'no answer' } },
      ...forward,
    ];
    const some = fc.array(fc.constantFrom(...events), { maxLength: 25 });
    fc.assert(
      fc.property(some, some, fc.constantFrom(rules, direct, atOnce), (before, later, given) => {
        let upgrade = story(story(admitted, before, given), [ends], given);
        for (const event of later) {
          upgrade = story(upgrade, [event], given);
          expect(beginsSomething(upgrade)).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('a retry', () => {
  test('opens the upgrade again as the next attempt, with a look and fresh budgets', () => {
    const settled = story(admitted, [look(blockedByProgram), ends]);
    const again = retry(settled, 'anna: the program is gone');
    expect(again).toMatchObject({
      kind: 'reopened',
      because: 'retried: anna: the program is gone',
      upgrade: {
        attempt: 2,
        state: { phase: 'looking' },
        memory: { history: { deferrals: {} }, request: null },
      },
    });
  });

  test('remembers what was done to the machine', () => {
    const moved = story(admitted, [look(blockedByPcm), ...forward, ends], atOnce);
    expect(retry(moved, 'x')).toMatchObject({
      upgrade: {
        memory: {
          learned: { relocation: 'done', beforeRelocation: preImage, servicePath: preImage.to },
        },
      },
    });
  });

  test('is refused where there is nothing to retry', () => {
    expect(retry(story(admitted, [look(upToDate)]), 'x').kind).toBe('refused');
    expect(retry(admitted, 'x')).toEqual({ kind: 'refused', because: 'it has not settled: it is looking' });
  });
});

describe('moving a service back', () => {
  const moved = story(admitted, [look(blockedByPcm), ...forward, ends], atOnce);
  const opened = (): Upgrade => {
    const reopening = undo(moved, 'anna', 'its packages fail');
    if (reopening.kind === 'refused') throw new Error(reopening.because);
    return reopening.upgrade;
  };
  const movedService = { ...pcmService, imagePath: preImage.to };

  test('begins with a look, also while the campaign does not run', () => {
    expect(phases(opened())).toBe('looking');
    expect(isFinishing(opened())).toBe(true);
  });

  test('ends with the service as it was', () => {
    const upgrade = story(opened(), [look({ services: [movedService] }), ...back]);
    expect(upgrade.state).toMatchObject({
      phase: 'settled',
      end: 'skipped',
      cause: 'moved back',
      because: 'SMS_PACKAGE_COMMAND_MANAGER_NT was moved back for anna: its packages fail',
    });
    expect(upgrade.memory.learned).toMatchObject({
      relocation: 'undone',
      beforeRelocation: null,
      servicePath: null,
    });
  });

  test('touches nothing that someone else has changed since', () => {
    const elsewhere = { ...pcmService, imagePath: 'D:\\PCM\\PCMSVC32.EXE' };
    const upgrade = story(opened(), [look({ services: [elsewhere] })]);
    expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'needsAttention', cause: 'not moved back' });
  });

  test('waits while a package runs', () => {
    const busy = story(opened(), [look({ services: [movedService], packageRunning: true })]);
    expect(phases(busy)).toBe('deferred busy');
    expect(phases(story(busy, [activated, look({ services: [movedService] })]))).toBe(
      'remedying relocation back stop',
    );
  });

  test('is refused where nothing was moved', () => {
    const untouched = story(admitted, [look(blockedByProgram), ends]);
    expect(undo(untouched, 'anna', 'x')).toMatchObject({ kind: 'refused' });
  });
});

describe('taking a mark back', () => {
  const cancelled = story(admitted, [look(), { type: 'ClientMarked' }, ends]);
  const reopening = unmark(cancelled, 'anna: wrong release');
  const opened = reopening.kind === 'reopened' ? reopening.upgrade : admitted;
  const unmarking = story(opened, [marked]);
  const settledAs = (ending: Pick<Ending, 'end' | 'cause'>): Upgrade => ({
    ...cancelled,
    state: { phase: 'settled', ...ending, because: 'no answer', blockers: [], at: 0 },
  });

  test('looks, takes it back, and looks whether it is so', () => {
    expect(phases(unmarking)).toBe('unmarking');
    const upgrade = story(unmarking, [{ type: 'ClientUnmarked' }, look({ setupPhase: 'installed' })]);
    expect(upgrade.state).toMatchObject({ end: 'cancelled', cause: 'unmarked' });
    expect(countersOf(cancelled)['endedMarked']).toBe(1);
    expect(countersOf(upgrade)['endedMarked']).toBeUndefined();
  });

  test('reaches also one that failed for another cause after it was marked', () => {
    const failed = settledAs({ end: 'failed', cause: 'did not come back' });
    expect(countersOf(failed)['endedMarked']).toBe(1);
    const again = unmark(failed, 'anna: wrong release');
    const reopened = again.kind === 'reopened' ? again.upgrade : admitted;
    expect(countersOf(reopened)).toMatchObject({ marked: 1 });
    const away = story(reopened, [{ type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } }]);
    expect(away.state).toMatchObject({
      end: 'failed',
      cause: 'still marked',
      because: expect.stringContaining(
        'did not come back: no answer; it is marked, too; it could not be unmarked',
      ),
    });
    expect(countersOf(away)['endedMarked']).toBe(1);
    expect(countersOf(settledAs({ end: 'upgraded', cause: 'proved' }))['endedMarked']).toBeUndefined();
  });

  test('says so when the client has installed meanwhile', () => {
    expect(phases(story(opened, [look(upToDate)]))).toBe('settled upgraded');
  });

  test.each<[string, readonly UpgradeEvent[]]>([
    ['can not be reached', [{ type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } }]],
    [
      'does not answer, twice',
      [
        marked,
        { type: 'CommandFailed', failure: { kind: 'timedOut', message: 'no answer' } },
        marked,
        { type: 'CommandFailed', failure: { kind: 'timedOut', message: 'no answer' } },
      ],
    ],
    ['refuses', [marked, { type: 'CommandFailed', failure: { kind: 'failed', message: 'exit code 5' } }]],
  ])('leaves one that %s on the list', (_name, events) => {
    const upgrade = story(opened, events);
    expect(upgrade.state).toMatchObject({
      phase: 'settled',
      end: 'cancelled',
      cause: 'still marked',
      because: expect.stringContaining('could not be unmarked'),
    });
    expect(unmark(upgrade, 'again').kind).toBe('reopened');
  });

  test('is refused where nothing is marked', () => {
    expect(unmark(story(admitted, [look(upToDate)]), 'x')).toMatchObject({ kind: 'refused' });
  });
});
