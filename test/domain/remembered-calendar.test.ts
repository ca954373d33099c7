import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Calendar,
  calendarClosing,
  calendarOpening,
  isCalendarOpen,
  remembering,
} from '../../shared/domain/time/calendar.ts';

const start = Date.UTC(2026, 9, 20);
const dayMs = 24 * 3_600_000;
const zones = ['Europe/Rome', 'America/New_York', 'UTC', 'Nowhere/Land'];

const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
const window = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
  from: minute,
  to: minute,
});
const blackout = fc
  .tuple(fc.integer({ min: 0, max: 20 * 24 }), fc.integer({ min: 1, max: 72 }))
  .map(([from, hours]) => ({
    from: start + from * 3_600_000,
    to: start + (from + hours) * 3_600_000,
    reason: `from hour ${from}`,
  }));
const calendars: fc.Arbitrary<Calendar> = fc.record({
  windows: fc.option(fc.array(window, { maxLength: 3 }), { nil: null }),
  blackouts: fc.array(blackout, { maxLength: 3 }),
});

it('a calendar that remembers gives the answers of one that computes, in any order of questions', () => {
  const asked = fc.array(fc.tuple(fc.constantFrom(...zones), fc.integer({ min: 0, max: 20 * 24 * 60 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(calendars, asked, (calendar, questions) => {
      const knows = remembering(calendar);
      for (const [zone, minutes] of questions) {
        const at = start + minutes * 60_000;
        expect(at - start).toBeLessThanOrEqual(20 * dayMs);
        const isOpen = isCalendarOpen(calendar, zone, at);
        expect(isCalendarOpen(knows, zone, at)).toBe(isOpen);
        expect(calendarOpening(knows, zone, at)).toEqual(calendarOpening(calendar, zone, at));
        const closing = isOpen ? calendarClosing(calendar, zone, at) : null;
        expect(isOpen ? calendarClosing(knows, zone, at) : null).toEqual(closing);
      }
    }),
    { numRuns: 60 },
  );
});

it('remembers no answer beyond the begin of a blackout, which may be over before a window opens', () => {
  const calendar: Calendar = {
    windows: [{ days: [1], from: 0, to: 0 }],
    blackouts: [{ from: start + 3_600_000, to: start + 2 * 3_600_000, reason: 'from hour 1' }],
  };
  const knows = remembering(calendar);
  const named = [0, 1, 2].map((hour) => {
    const opening = calendarOpening(knows, 'Europe/Rome', start + hour * 3_600_000);
    expect(opening).toEqual(calendarOpening(calendar, 'Europe/Rome', start + hour * 3_600_000));
    return opening?.blackout?.reason ?? null;
  });
  expect(named).toEqual([null, 'from hour 1', null]);
});
