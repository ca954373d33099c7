import { describe, expect, test } from 'vitest';
import { freeTimeRemarks, learnedLooksIn } from '../../orchestrator/views/free-time-words.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { decodeMemory, encodeMemory } from '../../shared/domain/upgrade/memory-codec.ts';
import { withKnownFreeTime } from '../../shared/domain/upgrade/learned-look.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  blockedByProgram,
  hours,
  look,
  minutes,
  withPolicy,
} from './given.ts';

const learning = withPolicy({ learnsFreeTime: true });
const monday = Date.UTC(2026, 10, 16, 12);
const blocked = (at: number) =>
  [
    [at, activated],
    [at, look(blockedByProgram, { at })],
  ] as const;

/** An upgrade that has been deferred three times, of whose client this is known. */
const knowing = (looks: string): Upgrade => ({
  ...admitted,
  memory: {
    ...admitted.memory,
    learned: { ...admitted.memory.learned, freeTime: { looks } },
    history: { ...admitted.memory.history, deferrals: { program: 3 } },
  },
});

const deferral = ({ state }: Upgrade) => {
  if (state.phase !== 'deferred') throw new Error(`is ${state.phase}`);
  return state;
};

describe('a campaign that learns when its clients are free', () => {
  test('plans the look within the bounds of its policy, and says why', () => {
    const next = after(learning, knowing('d1200:0/4 d1300:4/4'), blocked(monday));
    const { until } = deferral(next);
    expect(until).toBeGreaterThanOrEqual(monday + hours(1));
    expect(until).toBeLessThan(monday + minutes(90));
    expect(next.memory.learned.freeTime).toMatchObject({ instead: monday + hours(4) });
    expect(next.memory.history.lastDeferral).toEqual({ class: 'program', until });
    expect(decodeMemory(encodeMemory(next.memory))).toEqual(next.memory);
  });

  test('is seen by the operator: why the look comes then, and how many clients have one', () => {
    const next = after(learning, knowing('d1200:0/4 d1300:4/4'), blocked(monday));
    expect(freeTimeRemarks(next, 'UTC')).toEqual([
      expect.stringMatching(
        /^next look Mon 16 Nov 13:\d\d UTC instead of Mon 16 Nov 16:00 UTC, because usually free from 13:00 to 13:30 on weekdays: seen free 4 of 4 times$/u,
      ),
    ]);
    expect(learnedLooksIn(countersOf(next))).toEqual({ learnedLooks: 1 });
    // In a closed window another reason counts.
    const waits: Upgrade = {
      ...next,
      state: { ...deferral(next), class: 'window', until: monday + hours(9) },
    };
    expect(freeTimeRemarks(waits, 'UTC')).toEqual([]);
    expect(learnedLooksIn(countersOf(waits))).toEqual({});
  });

  test('never waits longer than the longest delay of the class', () => {
    const allDay = Array.from({ length: 48 }, (_, half) => {
      const name = `${String(Math.floor(half / 2)).padStart(2, '0')}${half % 2 === 0 ? '00' : '30'}`;
      return `d${name}:0/6`;
    }).join(' ');
    const first = {
      ...knowing(allDay),
      memory: { ...knowing(allDay).memory, history: admitted.memory.history },
    };
    const { until } = deferral(after(learning, first, blocked(monday)));
    expect(until).toBeGreaterThan(monday + minutes(30));
    expect(until).toBeLessThanOrEqual(monday + learning.policy.deferrals.program.maxMs);
  });

  test('does not wait longer where looks count for the ladder', () => {
    const never = 'd1200:0/6 d1230:0/6 d1300:0/6 d1330:0/6 d1400:0/6';
    const first = {
      ...knowing(never),
      memory: { ...knowing(never).memory, history: admitted.memory.history },
    };
    const untilOf = (ladder: Rules['policy']['ladder']): number => {
      const next = after(withPolicy({ learnsFreeTime: true, ladder }), first, [
        [monday, activated],
        [monday, look(blockedByPcm, { at: monday })],
      ]);
      expect(next.state).toMatchObject({ phase: 'deferred', class: 'service' });
      return deferral(next).until;
    };
    expect(untilOf(['wait', 'relocation'])).toBe(monday + minutes(30));
    expect(untilOf(['wait'])).toBeGreaterThan(monday + minutes(90));
  });

  test('goes on from what earlier campaigns have learned', () => {
    const known = withKnownFreeTime(learning, admitted, 'd1200:0/4 d1300:4/4');
    const { memory } = after(known, admitted, blocked(monday));
    expect(memory.learned.freeTime?.looks).toContain('d1300:4/4');
    expect(withKnownFreeTime(withPolicy({}), admitted, 'd1200:0/4')).not.toHaveProperty('freeTime');
    expect(withKnownFreeTime(learning, knowing('d1200:1/1'), 'd1200:0/4')).not.toHaveProperty('freeTime');
  });

  test('keeps the planned look and its reason when a check-in finds the same', () => {
    const first = after(learning, knowing('d1200:0/4 d1300:4/4'), blocked(monday));
    const second = after(learning, first, [
      [monday + minutes(5), { type: 'CheckedIn' }],
      [monday + minutes(5), look(blockedByProgram, { at: monday + minutes(5) })],
    ]);
    expect(second.state).toEqual(first.state);
    expect(second.memory.learned.freeTime?.instead).toBe(monday + hours(4));
  });

  test('leaves the record of a client that is always free as it is', () => {
    const { memory } = after(learning, admitted, [[monday, look()]]);
    expect(memory.learned).not.toHaveProperty('freeTime');
    expect(encodeMemory(memory)).not.toHaveProperty('freeTime');
  });

  test('learns nothing of a client whose time zone is not known', () => {
    const { memory, state } = after({ ...learning, zone: 'IST' }, admitted, blocked(monday));
    expect(state).toMatchObject({ phase: 'deferred', class: 'program' });
    expect(memory.learned).not.toHaveProperty('freeTime');
  });

  test('learns nothing without the key', () => {
    const { memory } = after(withPolicy({}), admitted, blocked(monday));
    expect(memory.learned).not.toHaveProperty('freeTime');
  });
});
