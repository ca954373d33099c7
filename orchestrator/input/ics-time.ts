import type ICAL from 'ical.js';
import { isKnownZone, zoned } from '../../shared/domain/time/window.ts';

/** Times of a calendar file as RFC 5545 (3.3.5) has them: a day, a floating time, one of a zone. */
export interface IcsTime {
  readonly wall: Temporal.PlainDateTime;
  readonly isDay: boolean;
  /** The moment of a wall time in the zone of this time; null = each client has its own clock. */
  readonly momentOf: ((wall: Temporal.PlainDateTime) => number) | null;
}

/** The time of a property; null = its time zone is neither known nor defined in the file. */
export function icsTime(
  { year, month, day, hour, minute, second, isDate, zone }: ICAL.Time,
  tzid: string | undefined,
  zones: ReadonlyMap<string, (wall: Temporal.PlainDateTime) => number>,
): IcsTime | null {
  const wall = Temporal.PlainDateTime.from({ year, month, day, hour, minute, second });
  if (isDate) return { wall, isDay: true, momentOf: null };
  if (tzid === undefined && zone?.tzid !== 'UTC') return { wall, isDay: false, momentOf: null };
  const name = tzid ?? 'UTC';
  if (isKnownZone(name)) return { wall, isDay: false, momentOf: (each) => zoned(each, name, 'earlier') };
  const defined = zones.get(name);
  return defined === undefined ? null : { wall, isDay: false, momentOf: defined };
}

/** `2026-12-24T18:00`, or the moment of a time in a zone. */
export function edgeOf({ momentOf }: IcsTime, wall: Temporal.PlainDateTime): string | number {
  if (momentOf !== null) return momentOf(wall);
  return wall.toString({ smallestUnit: wall.second === 0 ? 'minute' : 'second' });
}
