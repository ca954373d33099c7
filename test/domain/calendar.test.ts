import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Blackout,
  type Calendar,
  calendarClosing,
  calendarOpening,
  isCalendarOpen,
} from '../../shared/domain/time/calendar.ts';
import { waitsForOpening } from '../../shared/domain/time/calendar-words.ts';
import { nextRuleDay, ruleDays } from '../../shared/domain/time/recurrence.ts';
import { type AnyWindow, everyDay } from '../../shared/domain/time/window.ts';

const berlin = 'Europe/Berlin';
const here = (wall: string, zone = berlin): number =>
  Temporal.ZonedDateTime.from(`${wall}[${zone}]`).epochMilliseconds;
const wallOf = (at: number, zone = berlin): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' });

const secondTuesday: AnyWindow = { rule: 'FREQ=MONTHLY;BYDAY=2TU', from: 22 * 60, to: 5 * 60 };
const weekend: AnyWindow = { days: [6, 7], from: 8 * 60, to: 12 * 60 };
const yearEnd: Blackout = { from: '2026-12-08T00:00', to: '2027-01-04T00:00', reason: 'year end' };

/** The examples of RFC 5545, section 3.8.5.3, that recur by days: rule, DTSTART, its days. */
const examples: readonly (readonly [rule: string, start: string, days: string])[] = [
  ['FREQ=DAILY;COUNT=10', '1997-09-02', '09-02 09-03 09-04 09-05 09-06 09-07 09-08 09-09 09-10 09-11'],
  ['FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09-02', '09-02 09-12 09-22 10-02 10-12'],
  ['FREQ=WEEKLY;COUNT=10', '1997-09-02', '09-02 09-09 09-16 09-23 09-30 10-07 10-14 10-21 10-28 11-04'],
  [
    'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH',
    '1997-09-02',
    '09-02 09-04 09-16 09-18 09-30 10-02 10-14 10-16',
  ],
  [
    'FREQ=MONTHLY;COUNT=10;BYDAY=1FR',
    '1997-09-05',
    '09-05 10-03 11-07 12-05 01-02 02-06 03-06 04-03 05-01 06-05',
  ],
  [
    'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU',
    '1997-09-07',
    '09-07 09-28 11-02 11-30 01-04 01-25 03-01 03-29 05-03 05-31',
  ],
  ['FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '1997-09-22', '09-22 10-20 11-17 12-22 01-19 02-16'],
  [
    'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1',
    '1997-09-30',
    '09-30 10-01 10-31 11-01 11-30 12-01 12-31 01-01 01-31 02-01',
  ],
  [
    'FREQ=YEARLY;COUNT=10;BYMONTH=6,7',
    '1997-06-10',
    '06-10 07-10 06-10 07-10 06-10 07-10 06-10 07-10 06-10 07-10',
  ],
  [
    'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
    '1997-01-01',
    '01-01 04-10 07-19 01-01 04-09 07-18 01-01 04-10 07-19 01-01',
  ],
  ['FREQ=YEARLY;BYDAY=20MO;COUNT=3', '1997-05-19', '05-19 05-18 05-17'],
  ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3', '1997-05-12', '05-12 05-11 05-17'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5', '1998-02-13', '02-13 03-13 11-13 08-13 10-13'],
  [
    'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3',
    '1996-11-05',
    '11-05 11-07 11-02',
  ],
  ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04', '09-04 10-07 11-06'],
  [
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7',
    '1997-09-29',
    '09-29 10-30 11-27 12-30 01-29 02-26 03-30',
  ],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08-05', '08-05 08-10 08-19 08-24'],
  ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05', '08-05 08-17 08-19 08-31'],
  ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15', '01-15 01-30 02-15 03-15 03-30'],
];

const daysOf = (rule: string, start: string): string =>
  ruleDays({ rule, start }, Temporal.PlainDate.from(start), Temporal.PlainDate.from('2020-01-01'))
    .map((day) => day.toString().slice(5))
    .join(' ');

describe('the days of a rule', () => {
  it.each(examples)('are those of RFC 5545: %s', (rule, start, days) => {
    expect(daysOf(rule, start)).toBe(days);
  });

  it('are the same wherever the counting begins, if the rule has no start', () => {
    const first = Temporal.PlainDate.from('2026-01-01');
    for (const rule of [
      'FREQ=MONTHLY;BYDAY=2TU',
      'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO',
      'FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-1',
    ]) {
      const year = ruleDays({ rule }, first, first.add({ years: 1 })).map(String);
      for (const day of year) {
        const date = Temporal.PlainDate.from(day);
        expect(ruleDays({ rule }, date, date).map(String)).toEqual([day]);
        expect(nextRuleDay({ rule }, date)?.toString()).toBe(day);
      }
    }
  });

  it('end with UNTIL, the last day included', () => {
    const rule = { rule: 'FREQ=WEEKLY;UNTIL=20261228;BYDAY=MO' };
    expect(nextRuleDay(rule, Temporal.PlainDate.from('2026-12-22'))?.toString()).toBe('2026-12-28');
    expect(nextRuleDay(rule, Temporal.PlainDate.from('2026-12-29'))).toBeNull();
  });

  it('are found where they are rare', () => {
    const rule = { rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' };
    expect(nextRuleDay(rule, Temporal.PlainDate.from('2096-03-01'))?.toString()).toBe('2104-02-29');
  });
});

describe('a calendar', () => {
  const calendar: Calendar = { windows: [secondTuesday, weekend], blackouts: [yearEnd] };

  it.each([
    ['the second Tuesday of October, at night', '2026-10-13T23:00', true],
    ['the morning after', '2026-10-14T04:59', true],
    ['the third Tuesday', '2026-10-20T23:00', false],
    ['a Saturday', '2026-12-05T09:00', true],
    ['a Saturday of the blackout', '2026-12-12T09:00', false],
    ['the last minute of the blackout', '2027-01-03T11:59', false],
    ['the second Tuesday of December, in the blackout', '2026-12-08T22:00', false],
  ])('%s', (_name, wall, open) => {
    expect(isCalendarOpen(calendar, berlin, here(wall))).toBe(open);
  });

  it('says when it opens, and which blackout lasts until then', () => {
    const opening = calendarOpening(calendar, berlin, here('2026-12-07T12:00'));
    expect(wallOf(opening?.at ?? 0)).toBe('2027-01-09T08:00+01:00');
    expect(opening === null ? '' : waitsForOpening(calendar, berlin, opening)).toBe(
      'waits for its window, which opens Sat 9 Jan 08:00 Europe/Berlin; blackout "year end" until ' +
        'Mon 4 Jan 00:00 Europe/Berlin',
    );
  });

  it('closes where a window ends, or where a blackout begins', () => {
    const window = calendarClosing(calendar, berlin, here('2026-12-05T09:00'));
    expect([wallOf(window?.at ?? 0), window?.blackout]).toEqual(['2026-12-05T12:00+01:00', null]);
    const night = { ...calendar, blackouts: [{ ...yearEnd, from: '2026-10-14T01:00' }] };
    const blackout = calendarClosing(night, berlin, here('2026-10-13T23:00'));
    expect([wallOf(blackout?.at ?? 0), blackout?.blackout?.reason]).toEqual([
      '2026-10-14T01:00+02:00',
      'year end',
    ]);
  });

  it('is open through two windows that follow each other', () => {
    const both = { windows: [secondTuesday, { days: everyDay, from: 300, to: 360 }], blackouts: [] };
    expect(wallOf(calendarClosing(both, berlin, here('2026-10-13T23:00'))?.at ?? 0)).toBe(
      '2026-10-14T06:00+02:00',
    );
  });

  it('never opens without a window, and never again after the last day of its rule', () => {
    expect(calendarOpening({ windows: [], blackouts: [] }, berlin, here('2026-12-01T12:00'))).toBeNull();
    const ended = { rule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130', from: 0, to: 120 };
    expect(calendarOpening({ windows: [ended], blackouts: [] }, berlin, here('2026-12-01T12:00'))).toBeNull();
    expect(calendarOpening({ windows: null, blackouts: [] }, 'Europe/Roma', 0)).toBeNull();
  });

  it('is open at any time without windows, but for a blackout', () => {
    const only = { windows: null, blackouts: [yearEnd] };
    expect(calendarClosing(only, berlin, here('2026-12-01T12:00'))?.at).toBe(here('2026-12-08T00:00'));
    expect(calendarClosing(only, berlin, here('2027-02-01T12:00'))).toBeNull();
    const opening = calendarOpening(only, berlin, here('2026-12-20T12:00'));
    expect(opening === null ? '' : waitsForOpening(only, berlin, opening)).toBe(
      'waits for the end of the blackout "year end", Mon 4 Jan 00:00 Europe/Berlin',
    );
  });

  it('lasts through both hours of a night that has one twice', () => {
    // 25 October 2026: 03:00 becomes 02:00.
    const until = {
      windows: null,
      blackouts: [{ from: '2026-10-25T00:00', to: '2026-10-25T02:30', reason: 'x' }],
    };
    expect(wallOf(calendarOpening(until, berlin, here('2026-10-25T01:00'))?.at ?? 0)).toBe(
      '2026-10-25T02:30+01:00',
    );
    const from = {
      windows: null,
      blackouts: [{ from: '2026-10-25T02:30', to: '2026-10-26T00:00', reason: 'x' }],
    };
    expect(wallOf(calendarClosing(from, berlin, here('2026-10-25T01:00'))?.at ?? 0)).toBe(
      '2026-10-25T02:30+02:00',
    );
  });
});

/** Zones with a change of the clock of an hour, of half an hour, at midnight, and without one. */
const zones = [
  berlin,
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Pacific/Chatham',
];

const hours = fc.record({
  from: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
  length: fc.integer({ min: 5, max: 96 }).map((quarter) => quarter * 15),
});

const anyWindow: fc.Arbitrary<AnyWindow> = fc
  .tuple(
    hours,
    fc.oneof(
      fc.record({ days: fc.subarray([...everyDay], { minLength: 1 }) }),
      fc.constantFrom(
        { rule: 'FREQ=MONTHLY;BYDAY=2TU,-1SU' },
        { rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU', start: '2026-01-03' },
        { rule: 'FREQ=DAILY;INTERVAL=3', start: '2026-01-01' },
      ),
    ),
  )
  .map(([{ from, length }, opensOn]) => ({ ...opensOn, from, to: (from + length) % 1440 }));

/** Days on which some of the zones change their clock, and the days around them. */
const nights = [
  '2026-03-07',
  '2026-03-28',
  '2026-04-04',
  '2026-04-23',
  '2026-09-05',
  '2026-10-24',
  '2026-10-31',
];

const anyBlackout: fc.Arbitrary<Blackout> = fc
  .record({
    night: fc.constantFrom(...nights),
    from: fc.integer({ min: 0, max: 40 * 4 }),
    quarters: fc.integer({ min: 1, max: 30 * 4 }),
  })
  .map(({ night, from, quarters }) => {
    const start = Temporal.PlainDateTime.from(`${night}T00:00`).add({ minutes: from * 15 });
    const at = (minutes: number): string => start.add({ minutes }).toString({ smallestUnit: 'minute' });
    return { from: at(0), to: at(quarters * 15), reason: 'freeze' };
  });

/** Every quarter of an hour of these days, with what the clock on the wall shows. */
interface Tick {
  readonly at: number;
  readonly wall: Temporal.PlainDateTime;
  readonly text: string;
}

const quarterMs = 15 * 60_000;

function ticksFrom(zone: string, first: string, days: number): readonly Tick[] {
  const begin = Temporal.ZonedDateTime.from(`${first}T00:00[${zone}]`).epochMilliseconds;
  return Array.from({ length: days * 96 }, (_, n) => {
    const at = begin + n * quarterMs;
    const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
    return { at, wall, text: wall.toString({ smallestUnit: 'minute' }) };
  });
}

/** The slow way: each tick is asked what its own wall clock shows. */
function openTicks({ windows, blackouts }: Calendar, ticks: readonly Tick[]): readonly boolean[] {
  const dark = new Set<number>();
  for (const { from, to } of blackouts) {
    const first = ticks.findIndex(({ text }) => text >= String(from));
    const last = ticks.findLastIndex(({ text }) => text < String(to));
    for (let n = first < 0 ? ticks.length : first; n <= last; n += 1) dark.add(n);
  }
  const opens = new Map<string, boolean>();
  const opensOn = (window: AnyWindow, day: Temporal.PlainDate): boolean => {
    if ('days' in window) return window.days.includes(day.dayOfWeek);
    const key = `${window.rule} ${day.toString()}`;
    const found = opens.get(key) ?? ruleDays(window, day, day).length > 0;
    opens.set(key, found);
    return found;
  };
  return ticks.map(
    ({ wall }, n) =>
      !dark.has(n) &&
      (windows ?? []).some((window) => {
        const minute = wall.hour * 60 + wall.minute;
        const [today, before] = [wall.toPlainDate(), wall.toPlainDate().subtract({ days: 1 })];
        const { from, to } = window;
        if (from < to) return opensOn(window, today) && minute >= from && minute < to;
        return (opensOn(window, today) && minute >= from) || (opensOn(window, before) && minute < to);
      }),
  );
}

describe('any calendar, in any zone and night', () => {
  it('is open, opens and closes as a walk along the wall clock finds it', () => {
    fc.assert(
      fc.property(
        fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
        fc.array(anyBlackout, { maxLength: 3 }),
        fc.constantFrom(...zones),
        fc.constantFrom(...nights),
        (windows, blackouts, zone, night) => {
          const calendar: Calendar = { windows, blackouts };
          // The ticks begin before each blackout that reaches these days, and end after it.
          const first = Temporal.PlainDate.from(night).subtract({ days: 3 }).toString();
          const near = { ...calendar, blackouts: blackouts.filter(({ from }) => String(from) >= first) };
          const ticks = ticksFrom(zone, first, 12);
          const open = openTicks(near, ticks);
          const asked = ticks.map(({ at }) => isCalendarOpen(near, zone, at));
          expect(asked).toEqual(open);
          for (let n = 0; n < ticks.length - 4 * 96; n += 37) {
            const { at } = ticks[n] ?? { at: 0 };
            const opening = open.indexOf(true, n);
            const found = calendarOpening(near, zone, at);
            expect(opening < 0 || found?.at === ticks[opening]?.at).toBe(true);
            const closing = open[n] === true ? open.indexOf(false, n) : -1;
            const end = closing < 0 ? null : calendarClosing(near, zone, at);
            expect(closing < 0 || end?.at === ticks[closing]?.at).toBe(true);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
