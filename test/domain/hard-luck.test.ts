import { describe, expect, test } from 'vitest';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { isFinishing } from '../../shared/domain/upgrade/placement.ts';
import type { Remediation } from '../../shared/domain/remediation/procedure.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  done,
  admitted,
  after,
  anna,
  blockedByPcm,
  blockedByProgram,
  direct,
  evening,
  hours,
  look,
  minutes,
  oldClient,
  phases,
  preImage,
  rules,
  type Timed,
  upToDate,
  withPolicy,
} from './given.ts';

/** Things that go wrong between two looks. Each of them once ended badly. */
const unreachable = { kind: 'unreachable', message: 'no route' } as const;
const atOnce = withPolicy({ structural: 'atOnce', ladder: ['wait', 'workaround', 'relocation'] });
const intentOf = (kind: Remediation, step: string): Partial<Observation> => ({
  intent: { kind, campaign: 'lost', direction: 'forward', step, preImage },
});

describe('a procedure while its campaign is paused', () => {
  test('does not begin before it is recorded, and goes on afterwards', () => {
    const queued = after(withPolicy({ structural: 'atOnce' }), admitted, [[evening, look(blockedByPcm)]]);
    expect(phases(queued)).toBe('remedying relocation forward record');
    expect(isFinishing(queued)).toBe(false);
    expect(isFinishing(after(rules, queued, [[evening, done('record')]]))).toBe(true);
  });
});

describe('an intent on the client that the record does not know', () => {
  test('of a workaround: the service counts as set to manual, and gets its start type back', () => {
    const found = after(atOnce, admitted, [
      [evening, look(blockedByPcm, intentOf('workaround', 'setManual'))],
      [evening, done('setManual')],
      [evening, look(blockedByPcm, intentOf('workaround', 'setManual'))],
    ]);
    expect(phases(found)).toBe('marking');
    expect(found.memory.open.workaround?.preImage.service.startType).toBe('automatic');
    const end = after(atOnce, found, [
      [evening, { type: 'ClientMarked' }],
      [evening + hours(12), look(upToDate, { bootId: 'boot-2' })],
    ]);
    expect(phases(end)).toBe('remedying workaround back restoreStartType');
  });

  test('is removed when it was only recorded; a relocation on a server goes back', () => {
    const recorded = after(rules, admitted, [
      [evening, look(blockedByPcm, intentOf('relocation', 'record'))],
    ]);
    expect(phases(recorded)).toBe('remedying relocation back close');
    const server = after(rules, admitted, [
      [evening, look(blockedByPcm, intentOf('relocation', 'start'), { role: 'server' })],
    ]);
    expect(phases(server)).toBe('remedying relocation back pointBack');
  });
});

describe('an intent at an unknown step', () => {
  test.each(['relocation', 'workaround'] as const)('of a %s goes back, and is not recorded again', (kind) => {
    const found = after(rules, admitted, [[evening, look(blockedByPcm, intentOf(kind, 'teleport'))]]);
    expect(phases(found)).toBe(
      `remedying ${kind} back ${kind === 'relocation' ? 'pointBack' : 'restoreStartType'}`,
    );
  });
});

describe('a record that is older than its client', () => {
  test('causes a look first, also when the upgrade is to end', () => {
    const ending = { end: 'cancelled', cause: 'by hand', because: 'kim', blockers: [] } as const;
    const found = after(atOnce, admitted, [
      [evening, look(blockedByPcm)],
      [evening, done('record')],
      [evening, { type: 'EndRequested', ending }],
      [evening, { type: 'JournalFoundStale', step: 'setManual' }],
    ]);
    expect(phases(found)).toBe('looking');
    const resumed = after(atOnce, found, [
      [evening, look(blockedByPcm, intentOf('workaround', 'setManual'))],
    ]);
    expect(phases(resumed)).toBe('remedying workaround forward setManual');
  });
});

describe('a second procedure', () => {
  test('begins after the workaround is taken back, so that it reads the original service', () => {
    const blockedAgain = after(atOnce, admitted, [
      [evening, look(blockedByPcm)],
      [evening, done('record')],
      [evening, done('setManual')],
      [evening + hours(1), look(blockedByPcm, { bootId: 'boot-2' })],
    ]);
    expect(phases(blockedAgain)).toBe('remedying workaround back restoreStartType');
    const climbed = after(atOnce, blockedAgain, [
      [evening + hours(1), done('restoreStartType')],
      [evening + hours(1), done('startAgain')],
      [evening + hours(1), done('close')],
      [evening + hours(1), look(blockedByPcm, { bootId: 'boot-2' })],
    ]);
    expect(phases(climbed)).toBe('remedying relocation forward record');
    expect(climbed.memory.open.workaround).toBeNull();
  });

  test('removes its intent when the client does not record it', () => {
    const refused = after(atOnce, admitted, [
      [evening, look(blockedByPcm)],
      [evening, { type: 'StepFailed', step: 'record', failure: { kind: 'failed', message: 'read only' } }],
    ]);
    expect(phases(refused)).toBe('remedying workaround back close');
    expect(phases(after(atOnce, refused, [[evening, done('close')]]))).toBe('settled needsAttention');
  });
});

describe('a restart and the proof', () => {
  const ordered = after(rules, admitted, [
    [evening, look()],
    [evening, { type: 'ClientMarked' }],
    [evening, look({ setupPhase: 'upgrade' })],
    [evening, { type: 'RestartOrdered' }],
  ]);

  test('a current client settles as upgraded, with or without the restart', () => {
    const late: readonly Timed[] = [
      [evening + hours(5), activated],
      [evening + hours(5), look(upToDate)],
    ];
    expect(phases(after(rules, ordered, late))).toBe('settled upgraded');
  });

  test('an order that was never sent does not count', () => {
    const again: readonly Timed[] = Array.from({ length: 5 }, (_, i): readonly Timed[] => [
      [evening + hours(i), look({ setupPhase: 'upgrade' })],
      [evening + hours(i), { type: 'CommandFailed', failure: unreachable }],
      [evening + hours(i) + minutes(59), activated],
    ]).flat();
    const marked = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
    ]);
    expect(after(rules, marked, again).memory.history.restarts).toEqual({ mark: 0 });
  });

  test('the direct route runs the update also on a client that is marked already', () => {
    expect(phases(after(direct, admitted, [[evening, look({ setupPhase: 'verifyFiles' })]]))).toBe(
      'updating',
    );
  });

  test('a client from which the product is being removed is not marked', () => {
    const leaving = after(rules, admitted, [[evening, look({ setupPhase: 'deinstall' })]]);
    expect(leaving.state).toMatchObject({ end: 'needsAttention', cause: 'being removed' });
  });
});

describe('the time that an upgrade waits', () => {
  test('is not changed by check-ins before the planned look, which spend no budget', () => {
    const waiting = after(rules, admitted, [[evening, look(blockedByProgram)]]);
    const storm: readonly Timed[] = Array.from({ length: 20 }, (_, i): readonly Timed[] => [
      [evening + minutes(i), { type: 'CheckedIn' }],
      [evening + minutes(i), look(blockedByProgram)],
    ]).flat();
    expect(after(rules, waiting, storm).state).toMatchObject({ until: evening + minutes(30) });
    expect(after(rules, waiting, storm).memory.history.deferrals).toEqual({ program: 1 });
  });

  test('does not follow the clock of the client', () => {
    const future = { ...blockedByPcm, at: evening + hours(25) };
    const seen: UpgradeEvent = { type: 'ClientObserved', observation: { ...oldClient, ...future } };
    const { memory } = after(rules, admitted, [
      [evening, look(blockedByPcm)],
      [evening + minutes(30), activated],
    ]);
    expect(Object.values(memory.learned.sightings)[0]?.since).toBe(evening);
    expect(after(rules, admitted, [[evening, seen]]).memory.learned.lastLook?.at).toBe(evening);
  });

  test('begins for users when they were notified, also when a first notice failed', () => {
    const told = withPolicy({ structural: 'atOnce' });
    const failed = after(told, admitted, [
      [evening, look(blockedByPcm, { users: [anna] })],
      [evening, { type: 'CommandFailed', failure: unreachable }],
    ]);
    expect(phases(failed)).toBe('deferred unreachable');
    expect(failed.memory.history.notifiedAt).toBeNull();
  });
});
