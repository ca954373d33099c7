import { isoOf } from './iso-time.ts';
import { type DayRule, nextRuleDay, ruleDays } from './recurrence.ts';

/** Hours of a day. */
export interface Hours {
  /** Minutes after midnight. `to` lies on the next day if it is not later than `from`. */
  readonly from: number;
  readonly to: number;
}

/**
 * A weekly window in which something may begin on a client, by the client's wall clock. What has
 * begun is finished outside the window.
 */
export interface Window extends Hours {
  /**
   * Days on which it opens, 1 = Monday to 7 = Sunday. It may end after midnight, on the next day.
   */
  readonly days: readonly number[];
}

/** A window that opens on the days of a recurrence rule. */
export interface RuleWindow extends Hours, DayRule {}

export type AnyWindow = Window | RuleWindow;

export const everyDay: readonly number[] = [1, 2, 3, 4, 5, 6, 7];

const daysOfWeek = 7;

/**
 * Is the wall clock of this zone within the window? An hour that a night has twice is in the window
 * both times; an hour that a night skips is in no window. A zone that is not known has no open
 * window.
 * @param zone IANA name
 * @param at epoch milliseconds
 */
export function isWindowOpen(window: AnyWindow, zone: string, at: number): boolean {
  const wall = wallOf(zone, at);
  if (wall === null) return false;
  const minute = wall.hour * 60 + wall.minute;
  const { from, to } = window;
  const today = wall.toPlainDate();
  if (from < to) return minute >= from && minute < to && opensOn(window, today);
  if (minute >= from && opensOn(window, today)) return true;
  return minute < to && opensOn(window, today.subtract({ days: 1 }));
}

const opensOn = (window: AnyWindow, date: Temporal.PlainDate): boolean =>
  'days' in window ? window.days.includes(date.dayOfWeek) : ruleDays(window, date, date).length > 0;

/**
 * The first time from `at` on at which the window is open; `at` itself while it is open. A window
 * whose start the clock skips opens at the first minute after the gap. Null when the zone is not
 * known, and when the rule of the window has no more days.
 */
export function nextOpening(window: AnyWindow, zone: string, at: number): number | null {
  const wall = wallOf(zone, at);
  if (wall === null) return null;
  if (isWindowOpen(window, zone, at)) return at;
  const yesterday = wall.toPlainDate().subtract({ days: 1 });
  for (let days = nextDays(window, yesterday); days.length > 0;) {
    const found = firstChange(days, window, zone, at, true);
    if (found !== null) return found;
    // A night may skip all hours of a window: it opens on one of its later days.
    const last = days.at(-1) ?? yesterday;
    days = nextDays(window, last.add({ days: 1 }));
  }
  return null;
}

/**
 * When the window that is open at `at` closes. Null = not in the next two weeks, because each day
 * follows the one before without a break.
 */
export function closingOf(window: AnyWindow, zone: string, at: number): number | null {
  const wall = wallOf(zone, at);
  if (wall === null) return null;
  const first = wall.toPlainDate().subtract({ days: 1 });
  const days = Array.from({ length: openAtMostDays }, (_, day) => first.add({ days: day }));
  return firstChange(days, window, zone, at, false);
}

const openAtMostDays = 15;

/** Days on which the window opens, from `first` on: a few, in order; none when it has no more. */
function nextDays(window: AnyWindow, first: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  if ('days' in window)
    return Array.from({ length: daysOfWeek + 2 }, (_, day) => first.add({ days: day })).filter((date) =>
      opensOn(window, date),
    );
  const next = nextRuleDay(window, first);
  return next === null ? [] : ruleDays(window, next, next.add({ days: daysOfWeek }));
}

/**
 * The first time after `at` at which the window opens or closes, out of all times at which it can:
 * the starts and the ends of its hours on these days, and the changes of the clock.
 */
function firstChange(
  days: readonly Temporal.PlainDate[],
  window: AnyWindow,
  zone: string,
  at: number,
  toOpen: boolean,
): number | null {
  const minute = toOpen ? window.from : window.to;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const times = days.flatMap((date) =>
    [date, date.add({ days: 1 })].flatMap((day) =>
      (['earlier', 'later'] as const).map((which) => zoned(day.toPlainDateTime(time), zone, which)),
    ),
  );
  const found = [...times, ...clockChanges(days, zone)]
    .filter((each) => each > at && isWindowOpen(window, zone, each) === toOpen)
    .sort((a, b) => a - b)[0];
  return found ?? null;
}

/** The instant of a wall time: the earlier or the later one where the clock has it twice. */
export const zoned = (
  wall: Temporal.PlainDateTime,
  zone: string,
  disambiguation: 'earlier' | 'later',
): number => wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;

/** The changes of the clock from the first of these days until two days after the last one. */
function clockChanges(days: readonly Temporal.PlainDate[], zone: string): readonly number[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const end = last.add({ days: 2 }).toZonedDateTime(zone).epochMilliseconds;
  const changes: number[] = [];
  let change = first.toZonedDateTime(zone).getTimeZoneTransition('next');
  while (change !== null && change.epochMilliseconds <= end) {
    changes.push(change.epochMilliseconds);
    change = change.getTimeZoneTransition('next');
  }
  return changes;
}

/**
 * Null when the zone is not known: a fleet of an earlier version may hold names such as IST, which
 * Intl takes and Temporal does not.
 */
export function wallOf(zone: string, at: number): Temporal.ZonedDateTime | null {
  const instant = Temporal.Instant.fromEpochMilliseconds(at);
  try {
    return instant.toZonedDateTimeISO(zone);
  } catch {
    return null;
  }
}

/**
 * The name of a zone of the tz database in the database's own spelling; null when Temporal, which
 * reads the clients' clocks, does not know it. Temporal also takes a time of day with an offset for
 * the name of a zone (`T00+05`): the database holds no such name.
 */
export function zoneNamed(name: string): string | null {
  const id = wallOf(name, 0)?.timeZoneId;
  return id?.toLowerCase() === name.toLowerCase() && /^[A-Za-z]/.test(id) ? id : null;
}

export const isKnownZone = (zone: string): boolean => wallOf(zone, 0) !== null;

/** `Mon 23 Nov 22:00 Europe/Berlin`: a time as people at the client read it. */
export function wallTimeOf(zone: string, at: number): string {
  const wall = wallOf(zone, at);
  if (wall === null) return `${isoOf(at)}, because time zone ${zone} is not known`;
  const day = dayNames[wall.dayOfWeek - 1] ?? '';
  const month = monthNames[wall.month - 1] ?? '';
  return `${day} ${wall.day} ${month} ${clock(wall.hour * 60 + wall.minute)} ${zone}`;
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

/** `22:00-05:00`; with days, unless it opens every day: `Mon, Fri 22:00-05:00`. */
export function windowInWords({ days, from, to }: Window): string {
  const hours = `${clock(from)}-${clock(to)}`;
  if (days.length === daysOfWeek) return hours;
  return `${days.map((day) => dayNames[day - 1]).join(', ')} ${hours}`;
}
