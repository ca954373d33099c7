import {
  type AnyWindow,
  closingOf,
  isKnownZone,
  isWindowOpen,
  nextOpening,
  wallOf,
  zoned,
} from './window.ts';
import { StretchMemory } from './stretch-memory.ts';

/**
 * A stretch of time in which nothing begins. A text is a wall time at the client
 * (`2026-12-20T18:00`), a number is one moment for all clients. `to` is no longer part of it.
 */
export interface Blackout {
  readonly from: string | number;
  readonly to: string | number;
  readonly reason: string;
}

/**
 * When something may begin on one client: while one of its windows is open and none of its
 * blackouts lasts. `windows` null = at any time; an empty list = never.
 */
export interface Calendar {
  readonly windows: readonly AnyWindow[] | null;
  readonly blackouts: readonly Blackout[];
  /** Answers that are known already; left out = each is computed. */
  readonly memory?: CalendarMemory;
}

export type CalendarMemory = StretchMemory<CalendarAnswer>;

/** What holds in a stretch of time: something may begin until its end, or from its end on. */
type CalendarAnswer =
  | { readonly isOpen: true; readonly closing: Closing | null }
  | { readonly isOpen: false; readonly opening: Opening | null };

/** The same calendar, which computes each answer once. */
export const remembering = (calendar: Calendar): Calendar => ({ ...calendar, memory: new StretchMemory() });

/** A window that does not end in the next weeks is asked about again after this time. */
const askedAgainMs = 7 * 24 * 60 * 60_000;

/** What a calendar with a memory says; undefined = it has none. */
function remembered(calendar: Calendar, zone: string, at: number): CalendarAnswer | undefined {
  const { memory } = calendar;
  if (memory === undefined) return undefined;
  const known = memory.find(zone, at);
  if (known !== undefined) return known.says;
  const isOpen = isOpenAt(calendar, zone, at);
  if (isOpen) {
    const closing = closingFrom(calendar, zone, at);
    const says = { isOpen, closing } as const;
    memory.add(zone, { from: at, to: closing?.at ?? at + askedAgainMs, says });
    return says;
  }
  const opening = openingFrom(calendar, zone, at);
  const says = { isOpen, opening } as const;
  // After a blackout has ended the answer no longer names it, and from its begin on it does.
  if (opening === null || opening.blackout === null) {
    const until = opening?.at ?? Number.POSITIVE_INFINITY;
    const to = Math.min(until, nextBlackout(calendar, zone, at)?.from ?? until);
    memory.add(zone, { from: at, to, says });
  }
  return says;
}

/** A blackout as the client's clock has it, in epoch milliseconds. */
export interface Stretch {
  readonly reason: string;
  readonly from: number;
  readonly to: number;
}

/** May something begin on a client in this zone? Never where the zone is not known. */
export const isCalendarOpen = (calendar: Calendar, zone: string, at: number): boolean =>
  remembered(calendar, zone, at)?.isOpen ?? isOpenAt(calendar, zone, at);

const isOpenAt = (calendar: Calendar, zone: string, at: number): boolean =>
  isKnownZone(zone) && isInWindow(calendar, zone, at) && blackoutAt(calendar, zone, at) === null;

const isInWindow = ({ windows }: Calendar, zone: string, at: number): boolean =>
  windows === null || windows.some((window) => isWindowOpen(window, zone, at));

/** The blackout that lasts at this time: of several the one that ends last. */
export function blackoutAt(calendar: Calendar, zone: string, at: number): Stretch | null {
  const lasting = stretchesOf(calendar, zone, at, at).filter(({ from, to }) => from <= at && at < to);
  return lasting.toSorted((a, b) => b.to - a.to)[0] ?? null;
}

/**
 * The blackouts near the time from `after` to `before`, by the clock of a zone. Where the clock
 * goes back, a blackout lasts from the first time on which the clock shows its start until the last
 * time before it shows its end: a night that has an hour twice does not interrupt it. A start or an
 * end that the clock skips is the moment after the gap.
 */
function stretchesOf(
  { blackouts }: Calendar,
  zone: string,
  after: number,
  before: number,
): readonly Stretch[] {
  return blackouts
    .filter(({ from, to }) => roughly(from) - roughMs <= before && roughly(to) + roughMs >= after)
    .map(({ from, to, reason }) => ({
      reason,
      from: instantOf(from, zone, 'earlier'),
      to: instantOf(to, zone, 'later'),
    }));
}

/** No clock is further from UTC. */
const roughMs = 26 * 60 * 60_000;

const roughly = (edge: string | number): number =>
  typeof edge === 'number' ? edge : Temporal.Instant.from(`${edge}Z`).epochMilliseconds;

function instantOf(edge: string | number, zone: string, which: 'earlier' | 'later'): number {
  if (typeof edge === 'number') return edge;
  const wall = Temporal.PlainDateTime.from(edge);
  const at = zoned(wall, zone, which);
  if (wallOf(zone, at)?.toPlainDateTime().equals(wall) === true) return at;
  const before = wallOf(zone, zoned(wall, zone, 'earlier'));
  return before?.getTimeZoneTransition('next')?.epochMilliseconds ?? at;
}

/** The next time at which something may begin. */
export interface Opening {
  readonly at: number;
  /** The last blackout until then. */
  readonly blackout: Stretch | null;
}

/** How often windows and blackouts may follow each other before the search for an opening ends. */
const turnsAtMost = 400;

/**
 * The first time from `at` on at which something may begin; `at` itself while that is so. Null when
 * no window opens any more, none between the blackouts, or the zone is not known.
 */
export function calendarOpening(calendar: Calendar, zone: string, at: number): Opening | null {
  const known = remembered(calendar, zone, at);
  if (known !== undefined) return known.isOpen ? { at, blackout: null } : known.opening;
  return openingFrom(calendar, zone, at);
}

function openingFrom(calendar: Calendar, zone: string, at: number): Opening | null {
  if (!isKnownZone(zone)) return null;
  let blackout: Stretch | null = null;
  let time = at;
  for (let turn = 0; turn < turnsAtMost; turn += 1) {
    const lasting = blackoutAt(calendar, zone, time);
    if (lasting !== null) {
      blackout = lasting;
      time = lasting.to;
    } else if (isInWindow(calendar, zone, time)) return { at: time, blackout };
    else {
      const next = nextWindow(calendar, zone, time);
      if (next === null) return null;
      time = next;
    }
  }
  return null;
}

function nextWindow({ windows }: Calendar, zone: string, at: number): number | null {
  const openings = (windows ?? []).flatMap((window) => nextOpening(window, zone, at) ?? []);
  return openings.length === 0 ? null : Math.min(...openings);
}

/** When nothing may begin any more, and what ends the time until then. */
export interface Closing {
  readonly at: number;
  /** The blackout that begins then; null = the window closes. */
  readonly blackout: Stretch | null;
}

/**
 * When the time ends in which something may begin, for a time at which it may. Null = it does not
 * end in the next weeks.
 */
export function calendarClosing(calendar: Calendar, zone: string, at: number): Closing | null {
  const known = remembered(calendar, zone, at);
  return known?.isOpen === true ? known.closing : closingFrom(calendar, zone, at);
}

function closingFrom(calendar: Calendar, zone: string, at: number): Closing | null {
  const blackout = nextBlackout(calendar, zone, at);
  const closing = windowsClosing(calendar, zone, at);
  if (blackout !== undefined && (closing === null || blackout.from < closing))
    return { at: blackout.from, blackout };
  return closing === null ? null : { at: closing, blackout: null };
}

/** The blackout that begins next after this time. */
const nextBlackout = (calendar: Calendar, zone: string, at: number): Stretch | undefined =>
  stretchesOf(calendar, zone, at, Number.POSITIVE_INFINITY)
    .filter(({ from, to }) => from > at && to > from)
    .toSorted((a, b) => a.from - b.from)[0];

/** When the last of the windows closes that follow each other without a break. */
function windowsClosing({ windows }: Calendar, zone: string, at: number): number | null {
  if (windows === null) return null;
  let end = at;
  for (let turn = 0; turn < turnsAtMost; turn += 1) {
    const open = windows.filter((window) => isWindowOpen(window, zone, end));
    if (open.length === 0) return end;
    const closings = open.flatMap((window) => closingOf(window, zone, end) ?? []);
    if (closings.length < open.length) return null;
    end = Math.max(...closings);
  }
  return null;
}
