import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import type { LeaderContext } from '../context.ts';
import type { Alarms } from '../schedules/alarms.ts';
import { occur } from '../schedules/occur.ts';
import { nextOccurrence } from '../schedules/recurrence.ts';
import { earliest } from './agenda.ts';
import { everything } from './news.ts';
import type { Round } from './repeat.ts';

/**
 * Policy time. In operation BullMQ's job comes first. In a lab whose time runs fast this is less
 * than a moment, and the round begins the occurrence.
 */
const graceMs = 5_000;

/**
 * BullMQ's job schedulers trigger the occurrences. The round keeps them in step with the records,
 * and is the net below them: it begins what is due and was not triggered, and goes on with what
 * broke off. A schedule that fails keeps no other from its occurrence, and is tried again.
 * @param alarms null = only the round looks at the records
 */
export function runSchedules(alarms: Alarms | null = null): Round {
  const failing = new Map<string, string>();
  let leading: LeaderContext | null = null;
  /** Policy time at which a record must be read again, whatever BullMQ does. */
  let moment: number | null = null;
  let isUnfinished = false;

  const occurIn = async (context: LeaderContext, schedule: Schedule): Promise<void> => {
    const { schedule: name } = schedule;
    try {
      await occur(context, schedule);
      failing.delete(name);
    } catch (error) {
      isUnfinished = true;
      const because = reasonOf(error);
      if (failing.get(name) !== because) context.log.error({ schedule: name, error }, 'failed; tries again');
      failing.set(name, because);
    }
  };
  const ring = async (name: string): Promise<void> => {
    const record = (await leading?.store.readSchedule(name)) ?? null;
    if (leading !== null && record !== null) await occurIn(leading, record.schedule);
  };
  return {
    name: 'schedules',
    run: async (context, news = everything) => {
      leading = context;
      const now = context.clock.now();
      const isDue = moment !== null && moment + graceMs <= now;
      // Each change of a schedule is news of everything.
      if (!news.everything && !isUnfinished && !isDue) return;
      const schedules = (await context.store.schedules()).map(({ schedule }) => schedule);
      moment = earliest(schedules.map(momentOf));
      // What this run begins is read once more.
      isUnfinished = (moment !== null && moment <= now) || schedules.some(({ open }) => open !== undefined);
      for (const schedule of schedules) await occurIn(context, schedule);
      await alarms?.keep(schedules, ring);
    },
    rest: () => {
      leading = null;
      void alarms?.rest();
    },
  };
}

const momentOf = ({ paused, recurrence, decidedTo, createdAt }: Schedule): number | null =>
  paused === undefined ? nextOccurrence(recurrence, decidedTo, createdAt) : null;
