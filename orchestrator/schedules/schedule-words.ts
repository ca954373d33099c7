import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import type { Recurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { wallTimeOf } from '../../shared/domain/time/window.ts';
import { withNames } from './occurrences.ts';
import { nextOccurrences } from './recurrence.ts';

/** A schedule as people read it. Times are ISO 8601, UTC. */
export interface ScheduleView {
  readonly schedule: string;
  readonly status: 'scheduled' | 'paused' | 'beginning' | 'over';
  /** When it recurs, in words. */
  readonly says: string;
  readonly missed: Schedule['missed'];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly paused: { readonly by: string; readonly because: string; readonly at: string } | null;
  /** The next three occurrences. */
  readonly next: readonly { readonly at: string; readonly says: string }[];
  /** The newest first. */
  readonly past: readonly {
    readonly at: string;
    readonly campaign: string | null;
    readonly outcome: 'started' | 'skipped' | 'missed';
    readonly because: string;
  }[];
  /**
   * What a plan of its file warns of now, such as another campaign that has its clients. Only in
   * the answers to a creation and to a run by hand, and left out where there is nothing.
   */
  readonly warnings?: readonly string[] | undefined;
}

const shownAtMost = 3;

/**
 * @param now policy time
 * @param asker who reads it; left out = somebody who is not narrowed
 */
export function scheduleView(schedule: Schedule, now: number, asker?: Narrowing): ScheduleView {
  const { paused, open, recurrence } = schedule;
  const after = Math.max(schedule.decidedTo, now);
  const next = nextOccurrences(recurrence, after, schedule.createdAt, shownAtMost);
  const isOver = next.length === 0;
  return {
    schedule: schedule.schedule,
    status:
      open !== undefined ? 'beginning' : paused !== undefined ? 'paused' : isOver ? 'over' : 'scheduled',
    says: recurrenceWords(recurrence),
    missed: schedule.missed,
    createdAt: isoOf(schedule.createdAt),
    createdBy: schedule.createdBy,
    paused: paused === undefined ? null : { ...paused, at: isoOf(paused.at) },
    next: next.map((at) => ({ at: isoOf(at), says: wallTimeOf(recurrence.zone, at) })),
    past: schedule.past.map(({ at, campaign, outcome, ...why }) => ({
      at: isoOf(at),
      campaign,
      outcome,
      because: withNames(why, asker),
    })),
  };
}

/** `FREQ=MONTHLY;BYDAY=2TU at 22:00, Europe/Berlin`. */
export function recurrenceWords(recurrence: Recurrence): string {
  const { zone } = recurrence;
  if (recurrence.kind === 'cron') return `cron ${recurrence.cron}, ${zone}`;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${recurrence.rule} at ${two(Math.floor(recurrence.at / 60))}:${two(recurrence.at % 60)}, ${zone}`;
}

/** What a plan says of a schedule: what it does with a missed occurrence, and the next ones. */
export function scheduleWords(recurrence: Recurrence, missed: Schedule['missed'], now: number): string {
  const next = nextOccurrences(recurrence, now, now, shownAtMost).map((at) =>
    wallTimeOf(recurrence.zone, at),
  );
  const late = missed === 'run' ? 'run once' : 'skipped';
  const when = next.length === 0 ? 'never' : `next ${next.join('; ')}`;
  return `a campaign of its own for each occurrence: ${recurrenceWords(recurrence)}; ${when}; an occurrence that is missed while servpack is down is ${late}`;
}
