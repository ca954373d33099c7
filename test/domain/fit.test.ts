import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fit, measure, needOf } from '../../shared/domain/rules/fit.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import { type Calendar, calendarClosing, isCalendarOpen } from '../../shared/domain/time/calendar.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { decide } from '../../shared/domain/upgrade/decide.ts';
import { stepBegunIn, stepTook } from '../../shared/domain/upgrade/fit.ts';
import { decodeMemory, encodeMemory } from '../../shared/domain/upgrade/memory-codec.ts';
import {
  admitted,
  after,
  blockedByPcm,
  direct,
  evening,
  hours,
  look,
  minutes,
  phases,
  rules,
  upToDate,
  withPolicy,
} from './given.ts';

/** The tests begin on Monday 16 November at 20:00 UTC. */
const until21: Calendar = { windows: [{ days: everyDay, from: 19 * 60, to: 21 * 60 }], blackouts: [] };
const typed = (times: Fit['typed'], measured: Fit['measured'] = {}): Fit => ({ typed: times, measured });
const by = (fit: Fit, base: Rules = direct, calendar: Calendar = until21): Rules => ({
  ...base,
  zone: 'UTC',
  calendar,
  fit,
});
const late = evening + minutes(48);

describe('a step that would not end before its window closes', () => {
  const relocating = by(
    typed({}, { relocation: { count: 143, p95Ms: minutes(25) } }),
    withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] }),
  );

  test('does not begin, and says how long it takes and what is left', () => {
    const waits = after(relocating, admitted, [[late, look(blockedByPcm)]]);
    expect(waits.state).toMatchObject({
      phase: 'deferred',
      class: 'window',
      because:
        'waits: a relocation takes 25 min (p95 of 143), its window closes in 12 min; it opens next ' +
        'Tue 17 Nov 19:00 UTC',
    });
    expect(waits.state.phase === 'deferred' ? waits.state.until : 0).toBeGreaterThanOrEqual(
      evening + hours(23),
    );
  });

  test('begins while enough time is left', () => {
    expect(phases(after(relocating, admitted, [[evening, look(blockedByPcm)]]))).toMatch(/^remedying/);
  });

  test('does not begin before a blackout either', () => {
    const blackout = { from: '2026-11-16T20:30', to: '2026-11-16T20:40', reason: 'backup' };
    const dark = { ...until21, blackouts: [blackout] };
    const waits = after(by(typed({ update: minutes(35) }), direct, dark), admitted, [[evening, look()]]);
    expect(waits.state).toMatchObject({
      because:
        'waits: an update takes 35 min (by the campaign file), blackout "backup" begins in 30 min; it ' +
        'opens next Tue 17 Nov 19:00 UTC',
    });
  });

  test('needs attention when no window is long enough', () => {
    expect(after(by(typed({ update: hours(3) })), admitted, [[evening, look()]]).state).toMatchObject({
      phase: 'settled',
      end: 'needsAttention',
      cause: 'does not fit its window',
      because:
        'an update takes 180 min (by the campaign file), its window closes in 60 min, and none of its ' +
        'windows that follow is long enough',
    });
  });

  test('is measured by its own step: a mark does not wait for the time of a relocation', () => {
    const marking = by(typed({ relocation: hours(3) }), rules);
    expect(phases(after(marking, admitted, [[late, look()]]))).toBe('marking');
  });
});

describe('how long a step takes', () => {
  test('is what the file says until 20 durations are known, then their p95', () => {
    const measured = (count: number) => ({ update: { count, p95Ms: minutes(4) } });
    expect(needOf(typed({ update: minutes(9) }, measured(19)), 'update')).toEqual({
      step: 'update',
      ms: minutes(9),
      measured: null,
    });
    expect(needOf(typed({ update: minutes(9) }, measured(20)), 'update')?.ms).toBe(minutes(4));
    expect(needOf(typed({}, measured(19)), 'update')).toBeNull();
  });

  test('is the p95 by nearest rank', () => {
    expect(measure([])).toBeNull();
    expect(measure([7])).toEqual({ count: 1, p95Ms: 7 });
    expect(measure(Array.from({ length: 100 }, (_, n) => 100 - n))).toEqual({ count: 100, p95Ms: 95 });
  });
});

describe('the measuring of a step', () => {
  const measuring = by(typed({}), direct, { windows: null, blackouts: [] });
  const updating = after(measuring, admitted, [[evening, look()]]);

  test('goes from its command to the look that proves it, over the record of a worker that was lost', () => {
    expect(updating.memory.history.began).toEqual({ step: 'update', at: evening });
    const looking = after(measuring, updating, [[evening + minutes(3), { type: 'UpdateRan' }]]);
    expect(stepTook(updating, looking, evening + minutes(3))).toBeNull();
    const stored = { ...looking, memory: decodeMemory(encodeMemory(looking.memory)) };
    expect(stored.memory).toEqual(looking.memory);
    const proved = after(measuring, stored, [[evening + minutes(4), look(upToDate)]]);
    expect(phases(proved)).toBe('settled upgraded');
    expect(stepTook(stored, proved, evening + minutes(4))).toEqual({ step: 'update', ms: minutes(4) });
    expect(proved.memory.history).not.toHaveProperty('began');
  });

  test('counts nothing that is not proved', () => {
    const looking = after(measuring, updating, [[evening + minutes(3), { type: 'UpdateRan' }]]);
    const failure = { kind: 'unreachable', message: 'no route' } as const;
    const unreached = after(measuring, looking, [[evening + minutes(4), { type: 'LookFailed', failure }]]);
    expect(phases(unreached)).toBe('deferred unreachable');
    expect(stepTook(looking, unreached, evening + minutes(4))).toBeNull();
  });

  test('leaves no trace in a campaign that does not ask whether steps fit', () => {
    const { fit: _, ...plain } = measuring;
    expect(after(plain, admitted, [[evening, look()]]).memory.history).not.toHaveProperty('began');
  });
});

test('no step begins that does not end in its window, whatever is known of it and whenever it is asked', () => {
  const durations = fc.integer({ min: 1, max: 300 }).map(minutes);
  fc.assert(
    fc.property(
      durations,
      fc.integer({ min: 0, max: 24 * 60 - 1 }),
      fc.integer({ min: 0, max: 7 * 24 * 60 }).map((after20) => evening + minutes(after20)),
      fc.constantFrom(look(), look(blockedByPcm)),
      (ms, from, now, seen) => {
        const calendar: Calendar = {
          windows: [{ days: [1, 3, 6], from, to: (from + 240) % 1440 }],
          blackouts: [{ from: '2026-11-18T10:00', to: '2026-11-18T16:00', reason: 'x' }],
        };
        const fit = typed({ mark: ms, update: ms, restart: ms, relocation: ms });
        const ruled = by(fit, withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] }), calendar);
        const decision = decide(ruled, admitted, seen, now);
        const step = decision.kind === 'changed' ? stepBegunIn(decision.upgrade.state) : null;
        if (step === null) return;
        expect(isCalendarOpen(calendar, 'UTC', now)).toBe(true);
        expect(now + ms).toBeLessThanOrEqual(calendarClosing(calendar, 'UTC', now)?.at ?? Infinity);
      },
    ),
    { numRuns: 300 },
  );
});
