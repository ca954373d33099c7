import { type Dice, type Span, within } from './chance.ts';
import { day, hour, minute } from './time.ts';

/** One user's day at work, in epoch milliseconds. */
export interface Workday {
  readonly logonAt: number;
  readonly logoffAt: number;
}

/** The user of the timetable, and the zone of the client: times are local times of the zone. */
export interface Desk {
  readonly dice: Dice;
  readonly zone: string;
  readonly mornings: Mornings;
  /** Left out = the user comes and goes at other times each day. */
  readonly habits?: DailyHabits;
}

/** Users who each have a shift of their own, and computers that are off between the shifts. */
export interface DailyHabits {
  /** The share of computers that stay on at night. */
  readonly staysOn: number;
  /** The others are shut down so long after the logoff. */
  readonly shutsDownAfter: Span;
  /** From this time on all users have other shifts; left out = they never change. */
  readonly movesAt?: number;
}

/**
 * 06:00 of days that were asked for, by zone and day: all machines of a fleet share them, and the
 * costly zone arithmetic is done once per zone and day.
 */
export type Mornings = Map<string, Map<number, number>>;

const earliestLogon = 7.5 * hour;
const earliestLogoff = 16.5 * hour;
const spread = 2 * hour;

/** Nobody is at work so long after 06:00: neither by the usual times nor by the latest shift. */
const longestDay = 14 * hour;

/**
 * 06:00 local time of a calendar day (days since 1970-01-01) in epoch milliseconds. Clocks change
 * at night, so from six in the morning on, hours can be added.
 */
function sixOClock({ zone, mornings }: Desk, dayNumber: number): number {
  const known = mornings.get(zone) ?? new Map<number, number>();
  mornings.set(zone, known);
  const cached = known.get(dayNumber);
  if (cached !== undefined) return cached;
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: dayNumber });
  const six = date.toZonedDateTime({ timeZone: zone, plainTime: '06:00' }).epochMilliseconds;
  known.set(dayNumber, six);
  return six;
}

/** 1970-01-01 was a Thursday. */
const isWeekday = (dayNumber: number): boolean => (dayNumber + 3) % 7 < 5;

function workdayOn(desk: Desk, dayNumber: number): Workday {
  const six = sixOClock(desk, dayNumber);
  if (desk.habits !== undefined) return shiftOn(desk, desk.habits, dayNumber, six);
  const midnight = six - 6 * hour;
  const at = (earliest: number, what: string): number =>
    midnight + within([earliest, earliest + spread], desk.dice.toss(what, dayNumber));
  return { logonAt: at(earliestLogon, 'logon'), logoffAt: at(earliestLogoff, 'logoff') };
}

/** The user comes and goes within 20 minutes of the same times each day. */
function shiftOn(
  { dice }: Desk,
  { movesAt = Infinity }: DailyHabits,
  dayNumber: number,
  six: number,
): Workday {
  const shift = six >= movesAt ? 'other shift' : 'shift';
  const own = (...about: readonly (string | number)[]): number => dice.toss(...about);
  const begins = six + 4 * hour * own(shift);
  const lasts = (7.5 + 2 * own(shift, 'lasts')) * hour;
  return {
    logonAt: Math.floor(begins + 20 * minute * own('logon', dayNumber)),
    logoffAt: Math.floor(begins + lasts + 20 * minute * own('logoff', dayNumber)),
  };
}

/**
 * The user's present or next workday: the first one, Monday to Friday, that ends at least `margin`
 * ms after `at`.
 */
export function workdayFrom(desk: Desk, at: number, margin = 10 * minute): Workday {
  // A zone may be a day ahead of or behind UTC, so the search starts a day early.
  for (let dayNumber = Math.floor(at / day) - 1; ; dayNumber++) {
    if (!isWeekday(dayNumber) || sixOClock(desk, dayNumber) + longestDay <= at) continue;
    const workday = workdayOn(desk, dayNumber);
    if (workday.logoffAt - margin > at) return workday;
  }
}
