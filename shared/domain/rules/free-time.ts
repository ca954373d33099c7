import { wallOf } from '../time/window.ts';

/**
 * When a client was free, by its own wall clock: one count for each half hour of a weekday and of a
 * day of the weekend, of which something is known. `d1730:3/4` is free in 3 of 4 sightings from
 * 17:30 to 18:00 of a weekday; a third number counts the sightings in which the client did not
 * answer (`d1830:0/4/4`). The text has 96 entries of 12 characters at most.
 */
export type FreeTime = string;

/** `busy`: something was in the way. `off`: the client did not answer. */
export type Found = 'free' | 'busy' | 'off';

/** What is known of a stretch of time at a client; `from` = `to` is a moment. */
export interface Sighting {
  readonly from: number;
  readonly to: number;
  readonly found: Found;
}

/** What sightings of one half hour have found. */
export interface HourCount {
  readonly free: number;
  readonly looks: number;
  readonly off: number;
}

/**
 * A half hour that has more sightings forgets half of them, so that a new habit soon outweighs an
 * old one.
 */
const looksAtMost = 6;

const entry = /^([dw]\d{4}):(\d+)\/(\d+)(?:\/(\d+))?$/;

/** By half hour, as `halfHourOf` names it. What is not an entry is left out. */
export function countsOf(known: FreeTime): ReadonlyMap<string, HourCount> {
  const entries = known.split(' ').map((text) => entry.exec(text));
  return new Map(
    entries.flatMap((found) => {
      const [, hour = '', free, looks, off = 0] = found ?? [];
      return found === null
        ? []
        : [[hour, { free: Number(free), looks: Number(looks), off: Number(off) }] as const];
    }),
  );
}

/** A half hour of the day, by its position from 0 (00:00) to 47. */
export interface HalfHour {
  readonly isWeekend: boolean;
  readonly position: number;
}

export const halfHours = 48;

/**
 * The half hour of a moment at a client; null where its time zone is not known.
 */
export function halfHourOf(zone: string, at: number): (HalfHour & { readonly endsAt: number }) | null {
  const wall = wallOf(zone, at);
  if (wall === null) return null;
  const { dayOfWeek, hour, minute, second, millisecond } = wall;
  const passed = (minute % 30) * 60_000 + second * 1_000 + millisecond;
  return {
    isWeekend: dayOfWeek > 5,
    position: hour * 2 + Math.floor(minute / 30),
    endsAt: at + halfHourMs - passed,
  };
}

export const halfHourMs = 30 * 60_000;

/** Such as `d1730`. */
export const nameOf = ({ isWeekend, position }: HalfHour): string =>
  `${isWeekend ? 'w' : 'd'}${String(Math.floor(position / 2)).padStart(2, '0')}${position % 2 === 0 ? '00' : '30'}`;

/** In one half hour a client may be busy and free: the look may come when it is free. */
const weight: Readonly<Record<Found, number>> = { off: 0, busy: 1, free: 2 };

/** The counts after these sightings. A time zone that is not known has none. */
export function withSightings(known: FreeTime, zone: string, sightings: readonly Sighting[]): FreeTime {
  const found = new Map<string, Found>();
  for (const sighting of sightings)
    for (let at = sighting.from; at <= sighting.to;) {
      const half = halfHourOf(zone, at);
      if (half === null) return known;
      const name = nameOf(half);
      const before = found.get(name);
      if (before === undefined || weight[before] < weight[sighting.found]) found.set(name, sighting.found);
      at = half.endsAt;
    }
  const counts = new Map(countsOf(known));
  for (const [name, each] of found) counts.set(name, added(counts.get(name), each));
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { free, looks, off }]) => `${name}:${free}/${looks}${off === 0 ? '' : `/${off}`}`)
    .join(' ');
}

function added(before: HourCount = { free: 0, looks: 0, off: 0 }, found: Found): HourCount {
  const { free, looks, off } = before;
  const after = {
    free: free + (found === 'free' ? 1 : 0),
    looks: looks + 1,
    off: off + (found === 'off' ? 1 : 0),
  };
  if (after.looks <= looksAtMost) return after;
  const kept = { free: Math.round(after.free / 2), off: Math.floor(after.off / 2) };
  return { ...kept, looks: Math.ceil(after.looks / 2) };
}
