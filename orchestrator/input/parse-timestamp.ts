import { field } from '../../shared/input/fields.ts';
import { isZone } from './names.ts';

const form = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d) ([A-Za-z][A-Za-z0-9_+/-]{1,63})$/;

/**
 * `2026-11-23 22:00 Europe/Rome` in epoch milliseconds. Undefined also for a wall time that does
 * not exist on that day or exists twice, because it does not name one moment.
 */
export function readMoment(value: unknown): number | undefined {
  const [, date, time, zone] = (typeof value === 'string' ? form.exec(value) : null) ?? [];
  if (date === undefined || time === undefined || zone === undefined || !isZone(zone)) return undefined;
  try {
    const wall = Temporal.PlainDateTime.from(`${date}T${time}`, { overflow: 'reject' });
    return wall.toZonedDateTime(zone, { disambiguation: 'reject' }).epochMilliseconds;
  } catch {
    return undefined;
  }
}

export const momentForm =
  'a moment that exists once, with its time zone, such as "2026-11-23 22:00 Europe/Rome"';

/** A moment by the clock of a place, in epoch milliseconds. */
export const moment = () => field(momentForm, readMoment);
