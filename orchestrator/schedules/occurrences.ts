import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import type { Occurrence, PastOccurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { seenName } from '../domain/narrowing.ts';
import { nextOccurrence } from './recurrence.ts';

/** The decider of recurring campaigns: pure, and safe to ask at any time. */

/** Who creates and starts the campaigns of a schedule. */
export const scheduler = (schedule: string): string => `schedule ${schedule}`;

/** An occurrence that comes later than this was missed: nothing was there to begin it. */
const lateAtMostMs = 10 * 60_000;
/** What a person reads of the past, and the last campaign that was started. */
const pastAtMost = 20;
/** After so many missed occurrences their number says enough. */
const missedAtMost = 1_000;

export interface ScheduleChange {
  readonly schedule: Schedule;
  readonly because: string;
}

/**
 * What the time means for a schedule: the occurrence that is due becomes the open one. Of several
 * that were missed only the last one can still run.
 * @returns null when nothing is due
 */
export function occurrenceDue(schedule: Schedule, now: number): ScheduleChange | null {
  if (schedule.paused !== undefined || schedule.open !== undefined) return null;
  const due = occurrencesTo(schedule, now);
  const at = due.at(-1);
  if (at === undefined) return null;
  const decided = { ...schedule, decidedTo: at };
  const before = due
    .slice(0, -1)
    .map((each) => missed(each, 'no orchestrator ran then, and a later one was due'));
  if (now - at > lateAtMostMs && schedule.missed === 'skip') {
    const all = [...before, missed(at, 'no orchestrator ran then (missed: skip)')];
    return {
      schedule: withPast(decided, all),
      because: `${many(all.length)} missed, the last of ${isoOf(at)}: no orchestrator ran then (missed: skip)`,
    };
  }
  const open: Occurrence = {
    at,
    campaign: occurrenceName(schedule, at),
    by: scheduler(schedule.schedule),
  };
  const late = now - at > lateAtMostMs ? ', late, because no orchestrator ran then (missed: run)' : '';
  const more = before.length === 0 ? '' : `; ${many(before.length)} before missed`;
  return {
    schedule: { ...withPast(decided, before), open },
    because: `the occurrence of ${isoOf(at)} begins${late}${more}`,
  };
}

function occurrencesTo({ recurrence, decidedTo, createdAt }: Schedule, now: number): readonly number[] {
  const due: number[] = [];
  let at = nextOccurrence(recurrence, decidedTo, createdAt);
  while (at !== null && at <= now) {
    due.push(at);
    if (due.length > missedAtMost) due.shift();
    at = nextOccurrence(recurrence, at, createdAt);
  }
  return due;
}

/** A person wants an occurrence now. */
export function occurrenceByHand(schedule: Schedule, by: string, now: number): ScheduleChange | null {
  if (schedule.open !== undefined) return null;
  const open = { at: now, campaign: `${schedule.schedule}-${stamp(schedule, now, 'time')}`, by };
  return { schedule: { ...schedule, open }, because: `an occurrence begins now, for ${by}` };
}

/** What became of the open occurrence. */
export function occurrenceDone(
  { open, ...schedule }: Schedule,
  became: Omit<PastOccurrence, 'at' | 'campaign'>,
): ScheduleChange {
  const past = open === undefined ? [] : [{ at: open.at, campaign: open.campaign, ...became }];
  return { schedule: withPast(schedule, past), because: withNames(became) };
}

/**
 * Why an occurrence ended as it did, with the campaigns that had its clients.
 * @param asker who reads it; left out = somebody who is not narrowed
 */
export function withNames(
  { because, inTheWay = [] }: Pick<PastOccurrence, 'because' | 'inTheWay'>,
  asker?: Narrowing,
): string {
  const named = inTheWay.filter((campaign) => seenName(asker, campaign) !== '');
  return named.length === 0 ? because : `${because}: ${named.join(', ')}`;
}

/** The occurrences of a pause are not made up for. */
export function resumed(present: Schedule, now: number): Schedule {
  const { paused, ...schedule } = present;
  if (paused === undefined) return present;
  return { ...schedule, decidedTo: Math.max(schedule.decidedTo, now) };
}

/**
 * `patching-2026-11-24`, with the time of day where the day has an earlier occurrence. The name
 * follows from the schedule and the moment alone, so no occurrence has two campaigns.
 */
export function occurrenceName(schedule: Schedule, at: number): string {
  const { recurrence, createdAt } = schedule;
  const date = stamp(schedule, at, 'date');
  const midnight = wall(schedule, at).startOfDay().epochMilliseconds;
  const first = nextOccurrence(recurrence, midnight - 1, createdAt);
  if (first === null || first >= at) return `${schedule.schedule}-${date}`;
  const full = stamp(schedule, at, 'time');
  // A night that sets the clocks back has an hour twice.
  const hourBefore = at - 3_600_000;
  const again = stamp(schedule, hourBefore, 'time') === full ? 'b' : '';
  return `${schedule.schedule}-${full}${again}`;
}

const wall = ({ recurrence }: Schedule, at: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(recurrence.zone);

function stamp(schedule: Schedule, at: number, until: 'date' | 'time'): string {
  const moment = wall(schedule, at);
  const date = moment.toPlainDate().toString();
  if (until === 'date') return date;
  return `${date}-${moment.toPlainTime().toString({ smallestUnit: 'minute' }).replace(':', '')}`;
}

const missed = (at: number, because: string): PastOccurrence => ({
  at,
  campaign: null,
  outcome: 'missed',
  because,
});

/** The last campaign that was started stays known: while it runs, no further one is created. */
function withPast(schedule: Schedule, past: readonly PastOccurrence[]): Schedule {
  const all = [...past.toReversed(), ...schedule.past];
  const newest = all.slice(0, pastAtMost);
  const started = all.find(({ outcome }) => outcome === 'started');
  return {
    ...schedule,
    past: started === undefined || newest.includes(started) ? newest : [...newest, started],
  };
}

const many = (count: number): string => `${count} ${count === 1 ? 'occurrence was' : 'occurrences were'}`;
