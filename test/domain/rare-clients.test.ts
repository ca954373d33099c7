import { describe, expect, test } from 'vitest';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  evening,
  hours,
  look,
  minutes,
  phases,
  preImage,
  type Timed,
  withPolicy,
} from './given.ts';

describe('a client that restarted and says that a restart is still pending', () => {
  const always = withPolicy({
    restart: {
      allowed: 'always',
      between: null,
      deadlineMs: hours(4),
      lookEveryMs: minutes(5),
    },
  });
  /** The client after a look in this boot, marked, after an ordered restart. */
  const inBoot = (bootId: string, at: number, pendingRestart = true): readonly Timed[] => [
    [at, activated],
    [at, look({ setupPhase: 'upgrade', bootId, pendingRestart })],
  ];
  const ordered: UpgradeEvent = { type: 'RestartOrdered' };
  const restarted = after(always, admitted, [
    [evening, look()],
    [evening, { type: 'ClientMarked' }],
    [evening, look({ setupPhase: 'upgrade' })],
    [evening, ordered],
  ]);

  test('is restarted again, for this cause', () => {
    const again = after(always, restarted, inBoot('boot-2', evening + minutes(10)));
    expect(again.state).toEqual({ phase: 'ordering', cause: 'pendingRestart' });
    expect(again.memory.history.restarts).toEqual({ mark: 1, pendingRestart: 1 });
  });

  test('waits for its logon when no restart is pending', () => {
    const done = after(always, restarted, [
      ...inBoot('boot-2', evening + minutes(10)),
      [evening + minutes(10), ordered],
      ...inBoot('boot-3', evening + minutes(20), false),
    ]);
    expect(phases(done)).toBe('deferred logon');
  });

  test('is restarted twice more at most', () => {
    const stubborn = after(always, restarted, [
      ...inBoot('boot-2', evening + minutes(10)),
      [evening + minutes(10), ordered],
      ...inBoot('boot-3', evening + minutes(20)),
      [evening + minutes(20), ordered],
      ...inBoot('boot-4', evening + minutes(30)),
    ]);
    expect(phases(stubborn)).toBe('deferred logon');
    expect(stubborn.memory.history.restarts).toEqual({ mark: 1, pendingRestart: 2 });
  });
});

describe('a service that no longer starts at its original path', () => {
  const atOnce = withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] });
  const done = (step: 'record' | 'stop' | 'copy' | 'protect' | 'repoint' | 'pointBack'): UpgradeEvent => ({
    type: 'StepDone',
    step,
    preImage: step === 'record' ? preImage : null,
  });
  const failure = { kind: 'failed', message: 'error 1069' } as const;
  const back = after(
    atOnce,
    admitted,
    [
      look(blockedByPcm),
      done('record'),
      done('stop'),
      done('copy'),
      done('protect'),
      done('repoint'),
      { type: 'StepFailed', step: 'start', failure } as const,
      done('pointBack'),
      done('stop'),
    ].map((event): Timed => [evening, event]),
  );
  const refused = (times: number): readonly Timed[] =>
    Array.from({ length: times }, (_, n): readonly Timed[] => [
      [evening + hours(n), activated],
      [evening + hours(n), { type: 'StepFailed', step: 'startAgain', failure }],
    ]).flat();

  test('is started five times more', () => {
    expect(phases(after(atOnce, back, refused(5)))).toBe('remedying relocation back startAgain');
  });

  test('keeps its old settings; copy and intent are removed, and the upgrade needs attention', () => {
    const down = after(atOnce, back, refused(6));
    expect(phases(down)).toBe('remedying relocation back removeCopy');
    const settled = after(atOnce, down, [
      [evening + hours(9), { type: 'StepDone', step: 'removeCopy', preImage: null }],
      [evening + hours(9), { type: 'StepDone', step: 'close', preImage: null }],
    ]);
    expect(settled.state).toMatchObject({
      end: 'needsAttention',
      cause: 'the service does not start again',
      because: expect.stringMatching(/failed at step 6 .*does not keep running: error 1069/),
    });
    expect(settled.memory.learned.relocation).toBe('undone');
  });
});
