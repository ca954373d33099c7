import { ruleDays } from '../../shared/domain/time/recurrence.ts';
import type { IcsEvent } from './ics-events.ts';
import { edgeOf, type IcsTime } from './ics-time.ts';

/** A time in which an event lasts, as a blackout has it. */
export interface IcsStretch {
  readonly from: string | number;
  readonly to: string | number;
  readonly summary: string;
}

const dayMs = 24 * 60 * 60_000;

/** Every time at which the events last that is not over, until `horizon`, in their order. */
export function stretchesOf(
  events: readonly IcsEvent[],
  now: number,
  horizon: number,
): readonly IcsStretch[] {
  const replaced = new Set(
    events.flatMap(({ uid, replaces }) =>
      replaces === null ? [] : [`${uid} ${keyOf(replaces, replaces.wall)}`],
    ),
  );
  return events
    .filter(({ isCancelled }) => !isCancelled)
    .flatMap((event) =>
      beginningsOf(event, now, horizon)
        .filter(
          (wall) => event.replaces !== null || !replaced.has(`${event.uid} ${keyOf(event.start, wall)}`),
        )
        .map((wall) => stretchFrom(event, wall)),
    )
    .filter(({ from, to }) => roughly(to) > now - dayMs && roughly(from) < horizon)
    .toSorted((a, b) => roughly(a.from) - roughly(b.from));
}

function beginningsOf(event: IcsEvent, now: number, horizon: number): readonly Temporal.PlainDateTime[] {
  const { start, length, rule, more, except } = event;
  const own = [start.wall, ...more.map((time) => wallIn(start, time))];
  const repeated =
    rule === undefined ? [] : repeatedDays(rule.text, start, now - length.days * dayMs - length.ms, horizon);
  const until = rule?.until ?? null;
  const all = [...own, ...repeated.filter((wall) => until === null || isUntil(start, wall, until))];
  const unique = new Map(all.map((wall) => [wall.toString(), wall]));
  return [...unique.values()].filter((wall) => !except.some((time) => isAt(start, wall, time)));
}

function repeatedDays(
  rule: string,
  start: IcsTime,
  after: number,
  before: number,
): readonly Temporal.PlainDateTime[] {
  const dayAt = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').toPlainDate();
  const first = start.wall.toPlainDate();
  const days = ruleDays({ rule, start: first.toString() }, dayAt(after - 2 * dayMs), dayAt(before + dayMs));
  return days.map((day) => day.toPlainDateTime(start.wall.toPlainTime()));
}

/** UNTIL counts (RFC 5545, 3.3.10): a day to its end, a time in UTC as a moment. */
function isUntil(start: IcsTime, wall: Temporal.PlainDateTime, until: IcsTime): boolean {
  if (until.isDay) return Temporal.PlainDate.compare(wall.toPlainDate(), until.wall.toPlainDate()) <= 0;
  if (start.momentOf !== null && until.momentOf !== null)
    return start.momentOf(wall) <= until.momentOf(until.wall);
  return Temporal.PlainDateTime.compare(wall, until.wall) <= 0;
}

/** An exception is the same moment, the same time of the clock, or a whole day. */
function isAt(start: IcsTime, wall: Temporal.PlainDateTime, time: IcsTime): boolean {
  if (time.isDay) return wall.toPlainDate().equals(time.wall.toPlainDate());
  return keyOf(start, wall) === keyOf(time, time.wall);
}

const keyOf = (time: IcsTime, wall: Temporal.PlainDateTime): string => String(edgeOf(time, wall));

/** A further time of an event, by the clock of its start. */
function wallIn(start: IcsTime, time: IcsTime): Temporal.PlainDateTime {
  if (start.momentOf === null || time.momentOf === null) return time.wall;
  const off = time.momentOf(time.wall) - start.momentOf(time.wall);
  return time.wall.add({ milliseconds: off });
}

function stretchFrom({ start, length, summary }: IcsEvent, wall: Temporal.PlainDateTime): IcsStretch {
  const { days, ms } = length;
  const from = edgeOf(start, wall);
  const last = edgeOf(
    start,
    start.momentOf === null ? wall.add({ days, milliseconds: ms }) : wall.add({ days }),
  );
  return { from, to: typeof last === 'number' ? last + ms : last, summary };
}

const roughly = (edge: string | number): number =>
  typeof edge === 'number' ? edge : Temporal.Instant.from(`${edge}Z`).epochMilliseconds;
