import { reasonOf } from '../../shared/reason-of.ts';
import { occur } from '../schedules/occur.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';

/**
 * Begins the occurrences that are due, and goes on with those that broke off. A schedule that fails
 * keeps no other from its occurrence, and is tried again.
 */
export function runSchedules(): Round {
  const failing = new Map<string, string>();
  let isAny = false;
  return {
    name: 'schedules',
    run: async (context, news = everything) => {
      // A new schedule is news; those that are there have moments.
      if (!isAny && !isNews(news)) return;
      const schedules = await context.store.schedules();
      isAny = schedules.length > 0;
      for (const { schedule } of schedules) {
        const { schedule: name } = schedule;
        try {
          await occur(context, schedule);
          failing.delete(name);
        } catch (error) {
          const because = reasonOf(error);
          if (failing.get(name) !== because)
            context.log.error({ schedule: name, error }, 'failed; tries again');
          failing.set(name, because);
        }
      }
    },
  };
}
