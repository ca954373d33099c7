import { isoOf } from './iso-time.ts';

/**
 * A weekly window in which something may begin on a client, by the client's wall clock. What has
 * begun is finished outside the window.
 */
export interface Window {
  /**
   * Days on which it opens, 1 = Monday to 7 = Sunday. It may end after midnight, on the next day.
   */
  readonly days: readonly number[];
  /** Minutes after midnight. `to` lies on the next day if it is not later than `from`. */
  readonly from: number;
  readonly to: number;
}

export const everyDay: readonly number[] = [1, 2, 3, 4, 5, 6, 7];

const minutesOfDay = 24 * 60;
const daysOfWeek = 7;

/**
 * Is the wall clock of this zone within the window? An hour that a night has twice is in the window
 * both times; an hour that a night skips is in no window. A zone that is not known has no open
 * window.
 * @param zone IANA name
 * @param at epoch milliseconds
 */
export function isWindowOpen(window: Window, zone: string, at: number): boolean {
  const wall = wallOf(zone, at);
  if (wall === null) return false;
  const minute = wall.hour * 60 + wall.minute;
  const dayBefore = wall.dayOfWeek === 1 ? daysOfWeek : wall.dayOfWeek - 1;
  const { days, from, to } = window;
  if (from < to) return days.includes(wall.dayOfWeek) && minute >= from && minute < to;
  return (days.includes(wall.dayOfWeek) && minute >= from) || (days.includes(dayBefore) && minute < to);
}

/**
 * The first time from `at` on at which the window is open; `at` itself while it is open. A window
 * whose start the clock skips opens at the first minute after the gap. Null when the zone is not
 * known.
 */
export function nextOpening(window: Window, zone: string, at: number): number | null {
  const wall = wallOf(zone, at);
  if (wall === null) return null;
  if (isWindowOpen(window, zone, at)) return at;
  const found = possibleOpenings(window, wall)
    .filter((time) => time > at && isWindowOpen(window, zone, time))
    .sort((a, b) => a - b)[0];
  // Every window has a day and a length, so a week always has an opening. If not: try a day later.
  return found ?? at + minutesOfDay * 60_000;
}

/**
 * Times at which the window can open: its starts on the next days, and the changes of the clock.
 */
function possibleOpenings(window: Window, wall: Temporal.ZonedDateTime): readonly number[] {
  const zone = wall.timeZoneId;
  const today = wall.toPlainDate();
  const start = Temporal.PlainTime.from({ hour: Math.floor(window.from / 60), minute: window.from % 60 });
  const starts = Array.from({ length: daysOfWeek + 3 }, (_, day) => today.add({ days: day - 1 })).flatMap(
    (date) => (['earlier', 'later'] as const).map((which) => zoned(date.toPlainDateTime(start), zone, which)),
  );
  return [...starts, ...clockChanges(wall)];
}

const zoned = (wall: Temporal.PlainDateTime, zone: string, disambiguation: 'earlier' | 'later'): number =>
  wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;

function clockChanges(wall: Temporal.ZonedDateTime): readonly number[] {
  const end = wall.epochMilliseconds + (daysOfWeek + 2) * minutesOfDay * 60_000;
  const change = wall.getTimeZoneTransition('next')?.epochMilliseconds;
  return change === undefined || change > end ? [] : [change];
}

/**
 * Null when the zone is not known: a fleet of an earlier version may hold names such as IST, which
 * Intl takes and Temporal does not.
 */
function wallOf(zone: string, at: number): Temporal.ZonedDateTime | null {
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
