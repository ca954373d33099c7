import { describe, expect, test } from 'vitest';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  done,
  admitted,
  after,
  anna,
  blockedByPcm,
  direct,
  evening,
  hours,
  look,
  minutes,
  phases,
  rules,
  type Timed,
  upToDate,
  withPolicy,
} from './given.ts';

/** Plays the events one by one, and lists every state: a transcript of the whole way. */
function transcript(given: typeof rules, events: readonly Timed[]): string[] {
  let upgrade = admitted;
  return events.map((timed) => {
    upgrade = after(given, upgrade, [timed]);
    return `${timed[1].type} -> ${phases(upgrade)}`;
  });
}

describe('the way of a free client (Q168463)', () => {
  test('is mark, restart, logon, proof', () => {
    expect(
      transcript(rules, [
        [evening, look()],
        [evening + 1_000, { type: 'ClientMarked' }],
        [evening + 2_000, look({ setupPhase: 'upgrade' })],
        [evening + 3_000, { type: 'RestartOrdered' }],
        [evening + minutes(5), activated],
        [
          evening + minutes(5),
          { type: 'LookFailed', failure: { kind: 'unreachable', message: 'no answer' } },
        ],
        [evening + minutes(10), activated],
        [evening + minutes(10), look({ setupPhase: 'upgrade', bootId: 'boot-2' })],
        [evening + hours(12), { type: 'CheckedIn' }],
        [evening + hours(12), look(upToDate, { bootId: 'boot-2', users: [anna], load: 'once' })],
      ]),
    ).toEqual([
      'ClientObserved -> marking',
      'ClientMarked -> looking',
      'ClientObserved -> ordering',
      'RestartOrdered -> restarting',
      'Activated -> looking',
      'LookFailed -> restarting',
      'Activated -> looking',
      'ClientObserved -> deferred logon',
      'CheckedIn -> looking',
      'ClientObserved -> settled upgraded',
    ]);
  });

  test('is update and proof by the direct route: servpack runs the update itself', () => {
    expect(
      transcript(direct, [
        [evening, look()],
        [evening + 1_000, { type: 'UpdateRan' }],
        [evening + 2_000, look(upToDate)],
      ]),
    ).toEqual(['ClientObserved -> updating', 'UpdateRan -> looking', 'ClientObserved -> settled upgraded']);
  });
});

describe('a client that the PCM service blocks', () => {
  const blocked = look(blockedByPcm);
  const looks: readonly Timed[] = [
    [evening, blocked],
    [evening + minutes(30), activated],
    [evening + minutes(30), blocked],
    [evening + minutes(90), activated],
    [evening + minutes(90), blocked],
  ];

  test('is deferred twice, has its service relocated at the third look, then is updated', () => {
    const steps = ['record', 'stop', 'copy', 'protect', 'repoint', 'start', 'prove', 'close'];
    const way = transcript(rules, [
      ...looks,
      ...steps.map((step): Timed => [evening + minutes(91), done(step)]),
    ]);
    expect(way.slice(0, 6)).toEqual([
      'ClientObserved -> deferred service',
      'Activated -> looking',
      'ClientObserved -> deferred service',
      'Activated -> looking',
      'ClientObserved -> remedying relocation forward record',
      'StepDone -> remedying relocation forward stop',
    ]);
    expect(way.at(-1)).toBe('StepDone -> looking');
  });

  test('has its logged-on users notified first, and they get their time', () => {
    const told = after(rules, admitted, [
      [evening, look(blockedByPcm, { users: [anna] })],
      [evening + minutes(30), activated],
      [evening + minutes(30), look(blockedByPcm, { users: [anna] })],
      [evening + minutes(90), activated],
      [evening + minutes(90), look(blockedByPcm, { users: [anna] })],
      [evening + minutes(91), { type: 'UsersNotified' }],
    ]);
    expect(told.state).toMatchObject({ phase: 'deferred', until: evening + minutes(151) });
    const later = after(rules, told, [
      [evening + minutes(151), activated],
      [evening + minutes(151), look(blockedByPcm, { users: [anna] })],
    ]);
    expect(phases(later)).toBe('remedying relocation forward record');
  });

  test('climbs the ladder at the first look when the policy does not wait for structural blockers', () => {
    const atOnce = after(withPolicy({ structural: 'atOnce' }), admitted, [[evening, blocked]]);
    expect(phases(atOnce)).toBe('remedying relocation forward record');
  });

  test('keeps its service where it is from SP3 on: the product no longer blocks itself', () => {
    const sp3 = after(withPolicy({ structural: 'atOnce' }), admitted, [
      [evening, look(blockedByPcm, { servicePack: 3 })],
    ]);
    expect(phases(sp3)).toBe('marking');
  });

  test('waits with the relocation while a package runs', () => {
    const busy = after(rules, admitted, [
      ...looks.slice(0, 4),
      [evening + minutes(90), look(blockedByPcm, { packageRunning: true })],
    ]);
    expect(phases(busy)).toBe('deferred busy');
  });

  test('gets its service back and needs attention when the service does not start elsewhere', () => {
    const failure = { kind: 'failed', message: 'error 1053' } as const;
    const back = ['pointBack', 'stop', 'startAgain', 'removeCopy', 'close'];
    const way = transcript(rules, [
      ...looks,
      ...['record', 'stop', 'copy', 'protect', 'repoint'].map((step): Timed => [
        evening + minutes(91),
        done(step),
      ]),
      [evening + minutes(92), { type: 'StepFailed', step: 'start', failure }],
      ...back.map((step): Timed => [evening + minutes(93), done(step)]),
    ]);
    expect(way.slice(10, 12)).toEqual([
      'StepFailed -> remedying relocation back pointBack',
      'StepDone -> remedying relocation back stop',
    ]);
    expect(way.at(-1)).toBe('StepDone -> settled needsAttention');
  });
});

describe('a procedure that the client refuses', () => {
  const failure = { kind: 'failed', message: 'Job still running' } as const;
  const atOnce = withPolicy({ structural: 'atOnce', ladder: ['wait', 'workaround', 'relocation'] });
  const refusedAt = (given: typeof rules, before: readonly string[], step: string, back: readonly string[]) =>
    after(given, admitted, [
      [evening, look(blockedByPcm)],
      ...before.map((each): Timed => [evening, done(each)]),
      [evening, { type: 'StepFailed', step, failure } as UpgradeEvent],
      ...back.map((each): Timed => [evening, done(each)]),
    ]);

  test('at its stop is tried again later, and not for ever', () => {
    const relocate = withPolicy({ structural: 'atOnce' });
    const back = ['startAgain', 'close'];
    const refused = refusedAt(relocate, ['record'], 'stop', back);
    expect(phases(refused)).toBe('deferred busy');
    expect(refused.memory).toMatchObject({
      learned: { relocation: 'none' },
      history: { tried: [], deferrals: { busy: 1 } },
    });
  });

  test('as a workaround is followed by the next escalation', () => {
    const undone = refusedAt(atOnce, ['record'], 'setManual', ['restoreStartType', 'startAgain', 'close']);
    expect(undone.memory).toMatchObject({
      history: { tried: ['workaround of sms_package_command_manager_nt'] },
      learned: { willBlockAgain: false },
    });
    expect(phases(after(atOnce, undone, [[evening, look(blockedByPcm)]]))).toBe(
      'remedying relocation forward record',
    );
  });

  test('as a relocation is undone, and the ending names the blocker', () => {
    const relocate = withPolicy({ structural: 'atOnce' });
    const back = ['pointBack', 'stop', 'startAgain', 'removeCopy', 'close'];
    const undone = refusedAt(relocate, ['record', 'stop', 'copy', 'protect', 'repoint'], 'start', back);
    expect(undone.state).toMatchObject({ end: 'needsAttention', blockers: [{ executable: 'pcmsvc32.exe' }] });
  });
});

describe('the workaround of Q168463', () => {
  const workaround = withPolicy({ ladder: ['wait', 'workaround'], structural: 'atOnce' });
  const running = look(blockedByPcm, { setupPhase: 'upgrade' });
  const manual = { services: [] };

  test('is manual start, one restart, update, then the service as before, which will block again', () => {
    const events: readonly Timed[] = [
      [evening, look(blockedByPcm)],
      [evening + 1_000, done('record')],
      [evening + 2_000, done('setManual')],
      [evening + 3_000, look(blockedByPcm)],
      [evening + 4_000, { type: 'ClientMarked' }],
      [evening + 5_000, running],
      [evening + 6_000, { type: 'RestartOrdered' }],
      [evening + minutes(5), activated],
      [evening + minutes(5), look({ bootId: 'boot-2', setupPhase: 'upgrade', ...manual })],
      [evening + hours(12), { type: 'CheckedIn' }],
      [evening + hours(12), look(upToDate, { bootId: 'boot-2', ...manual })],
      [evening + hours(12), done('restoreStartType')],
      [evening + hours(12), done('startAgain')],
      [evening + hours(12), done('close')],
    ];
    expect(transcript(workaround, events)).toEqual([
      'ClientObserved -> remedying workaround forward record',
      'StepDone -> remedying workaround forward setManual',
      'StepDone -> looking',
      'ClientObserved -> marking',
      'ClientMarked -> looking',
      'ClientObserved -> ordering',
      'RestartOrdered -> restarting',
      'Activated -> looking',
      'ClientObserved -> deferred logon',
      'CheckedIn -> looking',
      'ClientObserved -> remedying workaround back restoreStartType',
      'StepDone -> remedying workaround back startAgain',
      'StepDone -> remedying workaround back close',
      'StepDone -> settled upgraded',
    ]);
    expect(after(workaround, admitted, events).memory).toMatchObject({
      learned: { willBlockAgain: true },
      open: { workaround: null },
    });
  });
});
