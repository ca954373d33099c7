import {
  countsOf,
  type Found,
  type FreeTime,
  type HalfHour,
  halfHourOf,
  halfHours,
  type HourCount,
  nameOf,
} from './free-time.ts';

/** Fewer sightings say nothing of a client's habits. */
export const looksAtLeast = 4;

/** When a look may come. */
export interface LookBounds {
  readonly earliest: number;
  /** The moment without any knowledge of the client. */
  readonly planned: number;
  readonly latest: number;
  /** Position in the half hour, in [0, 1). */
  readonly point: number;
  /** May something begin then? */
  readonly isAllowed: (at: number) => boolean;
}

/**
 * Why a look comes at another moment. `free`: the client was found free then. `between`: no look
 * has come between two times in which it was busy and off, or free. `waste`: until then looks have
 * never found it free.
 */
export type BetterBecause = 'free' | 'between' | 'waste';

export interface BetterLook {
  readonly at: number;
  readonly because: BetterBecause;
}

/** What is known of a client, and how often it is free at any time. */
interface Known {
  readonly counts: ReadonlyMap<string, HourCount>;
  readonly looks: number;
  readonly usually: number;
}

function knownOf(text: FreeTime): Known {
  const counts = countsOf(text);
  const all = [...counts.values()];
  const looks = sum(all, ({ looks: each }) => each);
  return { counts, looks, usually: (sum(all, ({ free }) => free) + 0.5) / (looks + 1) };
}

const sum = (counts: readonly HourCount[], of: (count: HourCount) => number): number =>
  counts.reduce((total, count) => total + of(count), 0);

const nothing: HourCount = { free: 0, looks: 0, off: 0 };

/** Sightings of the half hours before and after say something of a half hour, too. */
const besideWeight = 0.4;
/** What is usual outweighs fewer sightings than these. */
const usualWeight = 2;
/** Between two times in which a client was busy and off it was free once. */
const likelyBetween = 0.5;

/** How likely a look finds the client free in this half hour, from 0 to 1. */
function likelyFree(known: Known, half: HalfHour): { readonly likely: number; readonly isBetween: boolean } {
  const own = countAt(known, half, 0);
  const beside = [countAt(known, half, -1), countAt(known, half, 1)];
  const free = own.free + besideWeight * sum(beside, (count) => count.free);
  const looks = own.looks + besideWeight * sum(beside, (count) => count.looks);
  const seen = (free + usualWeight * known.usually) / (looks + usualWeight);
  const between = isBetween(known, half)
    ? (own.free + usualWeight * likelyBetween) / (own.looks + usualWeight)
    : 0;
  return { likely: Math.max(seen, between), isBetween: between > seen };
}

const countAt = ({ counts }: Known, { isWeekend, position }: HalfHour, by: number): HourCount =>
  counts.get(nameOf({ isWeekend, position: (position + by + halfHours) % halfHours })) ?? nothing;

/** So many half hours before and after are looked through for what is known. */
const reach = 6;

/** Was the client busy some time before this half hour and not after it, or the other way round? */
function isBetween(known: Known, half: HalfHour): boolean {
  const [before, after] = [nearest(known, half, -1), nearest(known, half, 1)];
  return before !== null && after !== null && (before === 'busy') !== (after === 'busy');
}

function nearest(known: Known, half: HalfHour, step: -1 | 1): Found | null {
  for (let by = step; Math.abs(by) <= reach; by += step) {
    const { free, looks, off } = countAt(known, half, by);
    if (looks === 0) continue;
    if (free * 2 >= looks) return 'free';
    return off * 2 > looks ? 'off' : 'busy';
  }
  return null;
}

/**
 * A smaller difference between two half hours is chance, in standard deviations of one look. A look
 * that comes too late costs time, so a later one needs more.
 */
const clearlyBetter = 1;
const clearlyWorse = 1.2;

/**
 * A better moment for the next look than the planned one, within the bounds; null = there is none.
 * The bounds hold whatever is known, and each look counts: so a client with a new habit is found,
 * and its old habit is forgotten.
 */
export function betterLook(text: FreeTime, zone: string, now: number, bounds: LookBounds): BetterLook | null {
  const known = knownOf(text);
  const [present, planned] = [halfHourOf(zone, now), halfHourOf(zone, bounds.planned)];
  if (known.looks < looksAtLeast || present === null || planned === null) return null;
  const deviation = Math.max(0.2, Math.sqrt(known.usually * (1 - known.usually)));
  const presently = likelyFree(known, present).likely;
  const otherwise = likelyFree(known, planned).likely;
  const allowed = momentsOf(zone, bounds).filter(({ at }) => bounds.isAllowed(at));
  const moments = allowed.map((moment) => ({ ...moment, ...likelyFree(known, moment) }));
  const better = moments.filter(({ at, likely }) =>
    at < bounds.planned
      ? likely >= presently + clearlyBetter * deviation && likely >= otherwise
      : likely >= otherwise + clearlyWorse * deviation,
  );
  const best = Math.max(...better.map(({ likely }) => likely));
  const found = better.find(({ likely }) => likely >= best - deviation / 4);
  if (found !== undefined) return { at: found.at, because: found.isBetween ? 'between' : 'free' };
  return afterWaste(known, moments, planned, bounds);
}

/** A client that is free more often than this has no time at which looks are a waste. */
const seldomFree = 0.15;
const wasteLooks = 2;

/** The first moment after those in which looks have never found the client free. */
function afterWaste(
  known: Known,
  moments: readonly Moment[],
  planned: HalfHour,
  bounds: LookBounds,
): BetterLook | null {
  const isWaste = (half: HalfHour): boolean => {
    const { free, looks } = countAt(known, half, 0);
    return looks >= wasteLooks && free === 0 && !likelyFree(known, half).isBetween;
  };
  if (known.usually > seldomFree || !isWaste(planned)) return null;
  const later = moments.filter(({ at }) => at > bounds.planned);
  const end = later.findIndex((half) => !isWaste(half));
  const found = end < 0 ? later.at(-1) : later[end];
  return found === undefined ? null : { at: found.at, because: 'waste' };
}

interface Moment extends HalfHour {
  readonly at: number;
}

/** One moment in each half hour of the client's clock that the bounds touch. */
function momentsOf(zone: string, { earliest, latest, point }: LookBounds): readonly Moment[] {
  const moments: Moment[] = [];
  for (let from = earliest; from <= latest;) {
    const half = halfHourOf(zone, from);
    if (half === null) return moments;
    // Clients do not all come at the full half hour.
    const at = from + Math.floor(point * (Math.min(half.endsAt, latest + 1) - from));
    moments.push({ ...half, at });
    from = half.endsAt;
  }
  return moments;
}
