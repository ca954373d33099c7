import { reasonOf } from '../../shared/reason-of.ts';
import { occur } from '../schedules/occur.ts';
import type { Round } from './repeat.ts';

/**
 * Begins the occurrences that are due, and goes on with those that broke off. A schedule that fails
 * keeps no other from its occurrence, and is tried again.
 */
export function runSchedules(): Round {
  const failing = new Map<string, string>();
  return {
    name: 'schedules',
    run: async (context) => {
      for (const { schedule } of await context.store.schedules()) {
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
