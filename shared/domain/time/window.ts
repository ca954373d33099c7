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
 * both times; an hour that a night skips is in no window.
 * @param zone IANA name
 * @param at epoch milliseconds
 */
export function isWindowOpen(window: Window, zone: string, at: number): boolean {
  const wall = wallOf(zone, at);
  const minute = wall.hour * 60 + wall.minute;
  const dayBefore = wall.dayOfWeek === 1 ? daysOfWeek : wall.dayOfWeek - 1;
  const { days, from, to } = window;
  if (from < to) return days.includes(wall.dayOfWeek) && minute >= from && minute < to;
  return (days.includes(wall.dayOfWeek) && minute >= from) || (days.includes(dayBefore) && minute < to);
}

/**
 * The first time from `at` on at which the window is open; `at` itself while it is open. A window
 * whose start the clock skips opens at the first minute after the gap.
 */
export function nextOpening(window: Window, zone: string, at: number): number {
  if (isWindowOpen(window, zone, at)) return at;
  const found = possibleOpenings(window, zone, at)
    .filter((time) => time > at && isWindowOpen(window, zone, time))
    .sort((a, b) => a - b)[0];
  // Every window has a day and a length, so a week always has an opening. If not: try a day later.
  return found ?? at + minutesOfDay * 60_000;
}

/**
 * Times at which the window can open: its starts on the next days, and the changes of the clock.
 */
function possibleOpenings(window: Window, zone: string, at: number): readonly number[] {
  const today = wallOf(zone, at).toPlainDate();
  const start = Temporal.PlainTime.from({ hour: Math.floor(window.from / 60), minute: window.from % 60 });
  const starts = Array.from({ length: daysOfWeek + 3 }, (_, day) => today.add({ days: day - 1 })).flatMap(
    (date) => (['earlier', 'later'] as const).map((which) => zoned(date.toPlainDateTime(start), zone, which)),
  );
  return [...starts, ...clockChanges(zone, at)];
}

const zoned = (wall: Temporal.PlainDateTime, zone: string, disambiguation: 'earlier' | 'later'): number =>
  wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;

function clockChanges(zone: string, at: number): readonly number[] {
  const end = at + (daysOfWeek + 2) * minutesOfDay * 60_000;
  const change = wallOf(zone, at).getTimeZoneTransition('next')?.epochMilliseconds;
  return change === undefined || change > end ? [] : [change];
}

const wallOf = (zone: string, at: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

/** `Mon 23 Nov 22:00 Europe/Berlin`: a time as people at the client read it. */
export function wallTimeOf(zone: string, at: number): string {
  const wall = wallOf(zone, at);
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
