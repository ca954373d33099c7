import { everyDay, type Window } from '../../shared/domain/time/window.ts';
import { field, list, oneOf, section } from '../../shared/input/fields.ts';

export const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * `22:00-05:00` as minutes after midnight. An end that is not later than its start lies on the
 * next day.
 */
export function readHours(value: unknown): Pick<Window, 'from' | 'to'> | undefined {
  const found = typeof value === 'string' ? /^(\d\d):(\d\d) ?- ?(\d\d):(\d\d)$/.exec(value) : null;
  if (found === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number);
  const from = minuteOfDay(fromHour, fromMinute);
  const to = minuteOfDay(toHour, toMinute);
  if (from === null || to === null || lengthOf(from, to) < leastMinutes) return undefined;
  return { from, to };
}

const minuteOfDay = (hour: number, minute: number): number | null =>
  hour < 24 && minute < 60 ? hour * 60 + minute : null;

/** The same time twice is the whole day. */
const lengthOf = (from: number, to: number): number => (to - from + 1440) % 1440 || 1440;

/** A change of the clocks skips an hour at most, so it never skips a longer window. */
const leastMinutes = 61;

const hoursForm =
  'hours of the day, more than one, such as "22:00-05:00"; midnight is 00:00, and the whole day is "00:00-00:00"';

export const hours = () => field(hoursForm, readHours);

/** Hours of every day. */
export const hoursOfDay = () =>
  field(hoursForm, (value): Window | undefined => {
    const found = readHours(value);
    return found && { days: everyDay, ...found };
  });

/** Days of the week by their names. */
export const daysField = () => list(oneOf(...dayNames), `a list of days out of ${dayNames.join(', ')}`);

/** 1 = Monday to 7 = Sunday. */
export const dayNumbers = (names: readonly (typeof dayNames)[number][]): readonly number[] =>
  [...new Set(names.map((day) => dayNames.indexOf(day) + 1))].sort((a, b) => a - b);

/**
 * When something may begin on a client, by the clock on its wall: `{ days: [fri, sat], between:
 * "22:00-05:00" }`.
 */
export const windowSection = section({
  days: daysField().default([...dayNames]),
  between: hours(),
})
  .transform(({ days, between }): Window => ({
    days: dayNumbers(days),
    ...between,
  }))
  .refine(({ days }) => days.length > 0, { message: 'at least one day', path: ['days'] })
  .nullable()
  .default(null);
