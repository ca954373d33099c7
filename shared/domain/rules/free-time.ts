import { wallOf } from '../time/window.ts';

/**
 * When a client was free, by its own wall clock: one count for each half hour of a weekday and of a
 * day of the weekend. The text holds only half hours in which a look has come (`d1730:3/4
 * w0900:0/2`: free in 3 of 4 looks from 17:30 to 18:00 of a weekday), so it has 96 entries at most.
 */
export type FreeTime = string;

/** What looks of one half hour have found. */
export interface HourCount {
  readonly free: number;
  readonly looks: number;
}

/**
 * A half hour that has more looks forgets half of them, so that a new habit soon outweighs an old
 * one.
 */
const looksAtMost = 10;

/** Fewer looks say nothing of a client's habits. */
export const looksAtLeast = 4;

const entry = /^([dw]\d{4}):(\d+)\/(\d+)$/;

/** By half hour, as `halfHourOf` names it. What is not an entry is left out. */
export function countsOf(known: FreeTime): ReadonlyMap<string, HourCount> {
  const entries = known.split(' ').map((text) => entry.exec(text));
  return new Map(
    entries.flatMap((found) => {
      const [, hour = '', free, looks] = found ?? [];
      return found === null ? [] : [[hour, { free: Number(free), looks: Number(looks) }] as const];
    }),
  );
}

/**
 * The half hour of a moment at a client, such as `d1730`; null where its time zone is not
 * known.
 */
export function halfHourOf(zone: string, at: number): string | null {
  const wall = wallOf(zone, at);
  return wall === null ? null : nameOf(wall.dayOfWeek > 5, wall.hour * 2 + Math.floor(wall.minute / 30));
}

const halfHours = 48;

const nameOf = (isWeekend: boolean, half: number): string =>
  `${isWeekend ? 'w' : 'd'}${String(Math.floor(half / 2)).padStart(2, '0')}${half % 2 === 0 ? '00' : '30'}`;

const positionOf = (name: string): number => Number(name.slice(1, 3)) * 2 + (name.endsWith('30') ? 1 : 0);

/** The counts after one more look. A time zone that is not known has none. */
export function withLook(known: FreeTime, zone: string, at: number, isFree: boolean): FreeTime {
  const name = halfHourOf(zone, at);
  if (name === null) return known;
  const counts = new Map(countsOf(known));
  const { free, looks } = counts.get(name) ?? { free: 0, looks: 0 };
  const added = { free: free + (isFree ? 1 : 0), looks: looks + 1 };
  counts.set(name, added.looks > looksAtMost ? half(added) : added);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([each, count]) => `${each}:${count.free}/${count.looks}`)
    .join(' ');
}

const half = ({ free, looks }: HourCount): HourCount => ({
  free: Math.round(free / 2),
  looks: Math.ceil(looks / 2),
});

/** What is known of a client, and how often it is free at any time. */
interface Known {
  readonly counts: ReadonlyMap<string, HourCount>;
  readonly looks: number;
  readonly usually: number;
}

function knownOf(text: FreeTime): Known {
  const counts = countsOf(text);
  const all = sumOf([...counts.values()]);
  return { counts, looks: all.looks, usually: (all.free + 0.5) / (all.looks + 1) };
}

const sumOf = (counts: readonly HourCount[], weight = 1): HourCount => ({
  free: weight * counts.reduce((sum, { free }) => sum + free, 0),
  looks: weight * counts.reduce((sum, { looks }) => sum + looks, 0),
});

/** Looks of the half hours before and after say something of a half hour, too. */
const besideWeight = 0.4;
/** What is usual outweighs fewer looks than these. */
const usualWeight = 2;

/**
 * How likely the client is free in this half hour, from 0 to 1; as usual where no look has
 * come.
 */
function likelyFree({ counts, usually }: Known, name: string): number {
  const at = positionOf(name);
  const besides = [at + halfHours - 1, at + 1].flatMap(
    (each) => counts.get(nameOf(name.startsWith('w'), each % halfHours)) ?? [],
  );
  const own = sumOf([counts.get(name) ?? { free: 0, looks: 0 }, sumOf(besides, besideWeight)]);
  return (own.free + usualWeight * usually) / (own.looks + usualWeight);
}

/** When a look may come. */
export interface LookBounds {
  readonly earliest: number;
  /** The moment without any knowledge of the client. */
  readonly planned: number;
  readonly latest: number;
  /** Position in the half hour, in [0, 1). */
  readonly point: number;
}

/**
 * A smaller difference between two half hours is chance, in standard deviations of one look. A look
 * that comes too late costs time, so a later one needs more.
 */
const clearlyBetter = 1;
const clearlyWorse = 1.2;

const halfHourMs = 30 * 60_000;

/**
 * A better moment for the next look than the planned one, within the bounds; null = there is none.
 * A look comes sooner only where a look has found the client free, and later only where the planned
 * half hour is clearly worse. The bounds hold whatever is known, and each look counts: so a client
 * with a new habit is found, and its old habit is forgotten.
 */
export function betterLook(text: FreeTime, zone: string, now: number, bounds: LookBounds): number | null {
  const known = knownOf(text);
  const [present, planned] = [halfHourOf(zone, now), halfHourOf(zone, bounds.planned)];
  if (known.looks < looksAtLeast || present === null || planned === null) return null;
  const deviation = Math.max(0.2, Math.sqrt(known.usually * (1 - known.usually)));
  const presently = likelyFree(known, present);
  const otherwise = likelyFree(known, planned);
  const better = momentsOf(zone, bounds)
    .map((moment) => ({ ...moment, likely: likelyFree(known, moment.name) }))
    .filter(({ at, likely, name }) =>
      at < bounds.planned
        ? (known.counts.get(name)?.free ?? 0) > 0 &&
          likely >= presently + clearlyBetter * deviation &&
          likely >= otherwise
        : likely >= otherwise + clearlyWorse * deviation,
    );
  const best = Math.max(...better.map(({ likely }) => likely));
  return better.find(({ likely }) => likely >= best - deviation / 4)?.at ?? null;
}

/** One moment in each half hour of the client's clock that the bounds touch. */
function momentsOf(
  zone: string,
  { earliest, latest, point }: LookBounds,
): readonly { readonly at: number; readonly name: string }[] {
  const moments: { at: number; name: string }[] = [];
  for (let from = earliest; from <= latest;) {
    const wall = wallOf(zone, from);
    if (wall === null) return moments;
    const { dayOfWeek, hour, minute, second, millisecond } = wall;
    const end = from + halfHourMs - ((minute % 30) * 60_000 + second * 1_000 + millisecond);
    // Clients do not all come at the full half hour.
    const at = from + Math.floor(point * (Math.min(end, latest + 1) - from));
    moments.push({ at, name: nameOf(dayOfWeek > 5, hour * 2 + Math.floor(minute / 30)) });
    from = end;
  }
  return moments;
}

/**
 * `this client was free from 22:00 to 22:30 of weekdays in 9 of 10 looks`; null = no look has come
 * in this half hour.
 */
export function freeTimeInWords(text: FreeTime, zone: string, at: number): string | null {
  const name = halfHourOf(zone, at);
  const count = name === null ? undefined : countsOf(text).get(name);
  if (name === null || count === undefined) return null;
  const clock = (half: number): string => nameOf(false, half % halfHours).replace(/^d(..)/, '$1:');
  const days = name.startsWith('w') ? 'of weekends' : 'of weekdays';
  const from = positionOf(name);
  const looks = `${count.looks} ${count.looks === 1 ? 'look' : 'looks'}`;
  return `this client was free from ${clock(from)} to ${clock(from + 1)} ${days} in ${count.free} of ${looks}`;
}
