import { describe, expect, test } from 'vitest';
import { everyDay } from '../../shared/domain/time/window.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { stuckSince, waitsSince } from '../../shared/domain/upgrade/waits.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  blockedByProgram,
  evening,
  hours,
  look,
  phases,
  rules,
  type Timed,
  withPolicy,
} from './given.ts';

/** A marked client that has restarted, and whose user has not logged on since. */
const waitsForLogon = look({ setupPhase: 'upgrade', bootId: 'boot-2' });
const off: UpgradeEvent = { type: 'LookFailed', failure: { kind: 'unreachable', message: 'no answer' } };
const restarted: readonly Timed[] = [
  [evening, look()],
  [evening, { type: 'ClientMarked' }],
  [evening, look({ setupPhase: 'upgrade' })],
  [evening, { type: 'RestartOrdered' }],
];
const began = evening + hours(1);
const atLogon = after(rules, admitted, [...restarted, [began, activated], [began, waitsForLogon]]);

/** The client after a look with this result, so many hours after the evening. */
const lookedAt = (upgrade: Upgrade, at: number, found: UpgradeEvent, given = rules): Upgrade =>
  after(given, upgrade, [
    [evening + hours(at), activated],
    [evening + hours(at), found],
  ]);

describe('since when a client waits', () => {
  test('is when the reason began, however many looks have found the same since', () => {
    expect([phases(atLogon), waitsSince(atLogon)]).toEqual(['deferred logon', began]);
    let upgrade = atLogon;
    for (const at of [7, 24, 48, 90]) upgrade = lookedAt(upgrade, at, waitsForLogon);
    expect([phases(upgrade), waitsSince(upgrade), stuckSince(upgrade)]).toEqual([
      'deferred logon',
      began,
      began,
    ]);
  });

  test('goes on after a night in which the client was off', () => {
    const night = lookedAt(atLogon, 10, off);
    expect([phases(night), waitsSince(night), stuckSince(night)]).toEqual([
      'deferred unreachable',
      evening + hours(10),
      began,
    ]);
    const morning = lookedAt(night, 16, waitsForLogon);
    expect([phases(morning), waitsSince(morning)]).toEqual(['deferred logon', began]);
    // The next night is another one.
    expect(waitsSince(lookedAt(morning, 34, off))).toBe(evening + hours(34));
  });

  test('goes on while the window is closed', () => {
    const nightly = withPolicy({ window: { days: everyDay, from: 20 * 60, to: 23 * 60 } });
    const blocked = lookedAt(admitted, 1, look(blockedByProgram), nightly);
    const closed = after(nightly, blocked, [[evening + hours(14), activated]]);
    expect([phases(closed), stuckSince(closed)]).toEqual(['deferred window', evening + hours(1)]);
    const open = lookedAt(closed, 24, look(blockedByProgram), nightly);
    expect([phases(open), waitsSince(open)]).toEqual(['deferred program', evening + hours(1)]);
  });

  test('begins again when a look finds another reason', () => {
    const byProgram = lookedAt(admitted, 1, look(blockedByProgram));
    const byService = lookedAt(byProgram, 3, look(blockedByPcm));
    expect([waitsSince(byProgram), waitsSince(byService)]).toEqual([evening + hours(1), evening + hours(3)]);
  });

  test('is not known of a client that is at work or has ended', () => {
    expect([waitsSince(admitted), stuckSince(admitted)]).toEqual([null, null]);
    expect(stuckSince(lookedAt(admitted, 1, look({ role: 'server' })))).toBeNull();
  });
});
