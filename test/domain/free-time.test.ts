import { describe, expect, test } from 'vitest';
import { betterLook, countsOf, freeTimeInWords, withLook } from '../../shared/domain/rules/free-time.ts';
import { decodeMemory, encodeMemory } from '../../shared/domain/upgrade/memory-codec.ts';
import { activated, admitted, after, blockedByProgram, hours, look, minutes, withPolicy } from './given.ts';

const berlin = 'Europe/Berlin';
/** Tuesday 2 June 2026, at this time of the wall clock in Berlin. */
const tuesday = (hour: number, minute = 0): number => Date.UTC(2026, 5, 2, hour - 2, minute);
const lookAt = (known: string, at: number, isFree: boolean, times = 1): string =>
  Array.from({ length: times }).reduce<string>((text) => withLook(text, berlin, at, isFree), known);

const learned = lookAt(lookAt('', tuesday(17, 40), true, 3), tuesday(15), false, 4);

describe('what looks say of the free time of a client', () => {
  test('is counted by half hours of its wall clock, weekdays and weekends apart', () => {
    expect(learned).toBe('d1500:0/4 d1730:3/3');
    expect(withLook(learned, berlin, tuesday(17, 59) + 4 * hours(24), false)).toBe(
      'd1500:0/4 d1730:3/3 w1730:0/1',
    );
  });

  test('stays small, and outweighs an old habit with new looks', () => {
    expect(lookAt('', tuesday(15), true, 10)).toBe('d1500:10/10');
    expect(lookAt('', tuesday(15), true, 11)).toBe('d1500:6/6');
    expect(countsOf(lookAt(lookAt('', tuesday(15), true, 10), tuesday(15), false, 10)).get('d1500')).toEqual({
      free: 3,
      looks: 10,
    });
  });

  test('counts an hour that a night has twice as the same hour, and one that is skipped never', () => {
    const autumn = Date.UTC(2026, 9, 25, 0, 10);
    const twice = withLook(withLook('', berlin, autumn, true), berlin, autumn + hours(1), true);
    expect(twice).toBe('w0200:2/2');
    expect(withLook('', berlin, Date.UTC(2026, 2, 29, 1, 10), true)).toBe('w0300:1/1');
  });

  test('says nothing where the time zone is not known', () => {
    expect(withLook('', 'IST', tuesday(15), true)).toBe('');
    expect(freeTimeInWords(learned, 'IST', tuesday(15))).toBeNull();
  });

  test('is said in words', () => {
    expect(freeTimeInWords(learned, berlin, tuesday(17, 45))).toBe(
      'this client was free from 17:30 to 18:00 of weekdays in 3 of 3 looks',
    );
    expect(freeTimeInWords(learned, berlin, tuesday(12))).toBeNull();
  });
});

describe('a better moment for the next look', () => {
  const bounds = {
    earliest: tuesday(15, 30),
    planned: tuesday(18, 40),
    latest: tuesday(20, 40),
    point: 0.5,
  };

  test('is the half hour in which the client was usually free, with the jitter inside it', () => {
    expect(betterLook(learned, berlin, tuesday(15, 5), bounds)).toBe(tuesday(17, 45));
  });

  test('needs four looks, a client that was free, and a moment within the bounds', () => {
    const few = lookAt(lookAt('', tuesday(17, 40), true, 2), tuesday(15), false);
    expect(betterLook(few, berlin, tuesday(15, 5), bounds)).toBeNull();
    const neverFree = lookAt('', tuesday(15), false, 8);
    expect(betterLook(neverFree, berlin, tuesday(15, 5), bounds)).toBeNull();
    const early = { ...bounds, planned: tuesday(16), latest: tuesday(17) };
    expect(betterLook(learned, berlin, tuesday(15, 5), early)).toBeNull();
  });

  test('is found in a night with 25 hours', () => {
    const sunday = (utc: number, minute = 0): number => Date.UTC(2026, 9, 25, utc, minute);
    const nights = 'w0030:0/5 w0200:5/5';
    const night = { earliest: sunday(-1), planned: sunday(3), latest: sunday(5), point: 0 };
    expect(betterLook(nights, berlin, sunday(-2, 40), night)).toBe(sunday(0));
  });
});

describe('a campaign that learns when its clients are free', () => {
  const learning = withPolicy({ learnsFreeTime: true });
  const blocked = (at: number) =>
    [
      [at, activated],
      [at, look(blockedByProgram)],
    ] as const;
  const monday = Date.UTC(2026, 10, 16, 12);

  test('plans the look within the bounds of its policy, and says why', () => {
    const known = { looks: 'd1200:0/4 d1300:4/4' };
    const upgrade = {
      ...admitted,
      memory: {
        ...admitted.memory,
        learned: { ...admitted.memory.learned, freeTime: known },
        history: { ...admitted.memory.history, deferrals: { program: 3 } },
      },
    };
    const { state, memory } = after(learning, upgrade, blocked(monday));
    if (state.phase !== 'deferred') throw new Error(`is ${state.phase}`);
    expect(state.until).toBeGreaterThanOrEqual(monday + hours(1));
    expect(state.until).toBeLessThan(monday + minutes(90));
    expect(memory.learned.freeTime).toEqual({ looks: 'd1200:0/5 d1300:4/4', instead: monday + hours(4) });
    expect(memory.history.lastDeferral).toEqual({ class: 'program', until: state.until });
    expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
  });

  test('keeps the planned look and its reason when a check-in finds the same', () => {
    const upgrade = {
      ...admitted,
      memory: {
        ...admitted.memory,
        learned: { ...admitted.memory.learned, freeTime: { looks: 'd1200:0/4 d1300:4/4' } },
        history: { ...admitted.memory.history, deferrals: { program: 3 } },
      },
    };
    const first = after(learning, upgrade, blocked(monday));
    const second = after(learning, first, [
      [monday + minutes(5), { type: 'CheckedIn' }],
      [monday + minutes(5), look(blockedByProgram)],
    ]);
    expect(second.state).toEqual(first.state);
    expect(second.memory.learned.freeTime?.instead).toBe(monday + hours(4));
  });

  test('leaves the record of a client that was never deferred as it is', () => {
    const { memory } = after(learning, admitted, [[monday, look()]]);
    expect(memory.learned).not.toHaveProperty('freeTime');
    expect(encodeMemory(memory)).not.toHaveProperty('freeTime');
  });

  test('learns nothing without the key', () => {
    const { memory } = after(withPolicy({}), admitted, blocked(monday));
    expect(memory.learned).not.toHaveProperty('freeTime');
  });
});
