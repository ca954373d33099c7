import { describe, expect, test } from 'vitest';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import { retry, undo, unmark } from '../../orchestrator/domain/reopen.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  blockedByPcm,
  blockedByProgram,
  look,
  pcmService,
  phases,
  preImage,
  upToDate,
} from './given.ts';
import { atOnce, back, ends, forward, marked, story } from './given-request.ts';

describe('a retry', () => {
  test('reopens the upgrade as the next attempt, with a look and new budgets', () => {
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

  test('keeps what was done on the client', () => {
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
    expect(retry(admitted, 'x')).toEqual({
      kind: 'refused',
      because: 'the client is not finished: its state is looking',
    });
  });
});

describe('the undo of a relocation', () => {
  const moved = story(admitted, [look(blockedByPcm), ...forward, ends], atOnce);
  const opened = (): Upgrade => {
    const reopening = undo(moved, 'anna', 'its packages fail');
    if (reopening.kind === 'refused') throw new Error(reopening.because);
    return reopening.upgrade;
  };
  const relocatedService = { ...pcmService, imagePath: preImage.to };

  test('begins with a look, also while the campaign does not run', () => {
    expect(phases(opened())).toBe('looking');
    expect(isFinishing(opened())).toBe(true);
  });

  test('ends with the service as it was before, and the upgrade as it had ended', () => {
    const upgrade = story(opened(), [look({ services: [relocatedService] }), ...back]);
    expect(upgrade.state).toMatchObject({
      phase: 'settled',
      end: 'cancelled',
      cause: 'campaign aborted',
      because:
        'campaign sp4 was aborted by anna: wrong release; SMS_PACKAGE_COMMAND_MANAGER_NT was moved back for anna: its packages fail',
    });
    expect(upgrade.memory.learned).toMatchObject({
      relocation: 'undone',
      beforeRelocation: null,
      servicePath: null,
    });
  });

  test('changes nothing where another person has changed the service since', () => {
    const elsewhere = { ...pcmService, imagePath: 'D:\\PCM\\PCMSVC32.EXE' };
    const upgrade = story(opened(), [look({ services: [elsewhere] })]);
    expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'needsAttention', cause: 'not moved back' });
  });

  test('waits while a package runs', () => {
    const busy = story(opened(), [look({ services: [relocatedService], packageRunning: true })]);
    expect(phases(busy)).toBe('deferred busy');
    expect(phases(story(busy, [activated, look({ services: [relocatedService] })]))).toBe(
      'remedying relocation back pointBack',
    );
  });

  test('is refused where nothing was relocated', () => {
    const untouched = story(admitted, [look(blockedByProgram), ends]);
    expect(undo(untouched, 'anna', 'x')).toMatchObject({ kind: 'refused' });
  });
});

describe('the unmarking of a client', () => {
  const cancelled = story(admitted, [look(), { type: 'ClientMarked' }, ends]);
  const reopening = unmark(cancelled, 'anna: wrong release');
  const opened = reopening.kind === 'reopened' ? reopening.upgrade : admitted;
  const unmarking = story(opened, [marked]);
  const settledPlace = (ending: Pick<Ending, 'end' | 'cause'>): Upgrade => ({
    ...cancelled,
    state: { phase: 'settled', ...ending, because: 'no answer', blockers: [], at: 0 },
  });

  test('looks, takes the mark back, and looks again', () => {
    expect(phases(unmarking)).toBe('unmarking');
    const upgrade = story(unmarking, [{ type: 'ClientUnmarked' }, look({ setupPhase: 'installed' })]);
    expect(upgrade.state).toEqual(cancelled.state);
    expect(upgrade.memory.learned.unmark).toEqual({
      at: expect.any(Number),
      isDone: true,
      because:
        'unmarked by anna: wrong release: its setup phase is installed: it does not install at its next logon',
    });
    expect(countersOf(cancelled)).toMatchObject({ endedMarked: 1 });
    expect(countersOf(upgrade)).toMatchObject({ unmarked: 1 });
    expect(countersOf(upgrade)['endedMarked']).toBeUndefined();
  });

  test('keeps what had failed, why, when, and how often it was tried', () => {
    const failed: Upgrade = {
      ...withMemory(cancelled, { history: { deferrals: { logon: 60 } } }),
      state: {
        phase: 'settled',
        end: 'failed',
        cause: 'still waiting for a logon after 6 tries',
        because: 'gave up',
        blockers: [],
        at: 7,
      },
    };
    const again = unmark(failed, 'anna: wrong release');
    const reopened = again.kind === 'reopened' ? again.upgrade : admitted;
    const upgrade = story(reopened, [marked, { type: 'ClientUnmarked' }, look({ setupPhase: 'installed' })]);
    expect(upgrade.state).toEqual(failed.state);
    expect(upgrade.memory.history.deferrals).toEqual({ logon: 60 });
    expect(countersOf(upgrade)).toMatchObject({
      'cause|0|still waiting for a logon after 6 tries': 1,
      unmarked: 1,
    });
  });

  test('includes a client that failed for another cause after its mark', () => {
    const failed = settledPlace({ end: 'failed', cause: 'did not come back' });
    expect(countersOf(failed)['endedMarked']).toBe(1);
    const again = unmark(failed, 'anna: wrong release');
    const reopened = again.kind === 'reopened' ? again.upgrade : admitted;
    expect(countersOf(reopened)).toMatchObject({ marked: 1 });
    const failedAgain = story(reopened, [
      { type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } },
    ]);
    expect(failedAgain.state).toEqual(failed.state);
    expect(failedAgain.memory.learned.unmark).toMatchObject({
      isDone: false,
      because: 'unmarked by anna: wrong release: it could not be unmarked: off',
    });
    expect(countersOf(failedAgain)['endedMarked']).toBe(1);
    expect(countersOf(settledPlace({ end: 'upgraded', cause: 'proved' }))['endedMarked']).toBeUndefined();
  });

  test('settles as upgraded when the client has installed meanwhile', () => {
    expect(phases(story(opened, [look(upToDate)]))).toBe('settled upgraded');
  });

  test.each<[string, readonly UpgradeEvent[]]>([
    ['cannot be reached', [{ type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } }]],
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
  ])('leaves a client that %s marked, so that it can be unmarked again', (_name, events) => {
    const upgrade = story(opened, events);
    expect(upgrade.state).toEqual(cancelled.state);
    expect(upgrade.memory.learned.unmark).toMatchObject({
      isDone: false,
      because: expect.stringContaining('could not be unmarked'),
    });
    expect(countersOf(upgrade)).toMatchObject({ endedMarked: 1 });
    expect(unmark(upgrade, 'again').kind).toBe('reopened');
  });

  test('takes back the mark of a client that an earlier version left, and gives it a cause of its own', () => {
    const older = settledPlace({ end: 'cancelled', cause: 'still marked' });
    expect(countersOf(older)).toMatchObject({ endedMarked: 1 });
    const again = unmark(older, 'anna: wrong release');
    const reopened = again.kind === 'reopened' ? again.upgrade : admitted;
    const upgrade = story(reopened, [marked, { type: 'ClientUnmarked' }, look({ setupPhase: 'installed' })]);
    expect(upgrade.state).toMatchObject({ end: 'cancelled', cause: 'campaign aborted' });
    expect(countersOf(upgrade)['endedMarked']).toBeUndefined();
  });

  test('is refused for a client that is not marked', () => {
    expect(unmark(story(admitted, [look(upToDate)]), 'x')).toMatchObject({ kind: 'refused' });
  });
});
