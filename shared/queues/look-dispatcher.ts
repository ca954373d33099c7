import type { Queue } from 'bullmq';
import type { LookKey } from '../store/survey-store.ts';
import { type JobData, lookJobId } from './jobs.ts';

/** The jobs of looks. BullMQ runs a job again when its worker died or its processor threw. */
export interface LookDispatcher {
  /**
   * Adds the jobs of looks; a job that exists is not added twice. Small surveys go before large
   * ones.
   */
  add(looks: readonly LookKey[], isLarge: boolean): Promise<void>;
  /** How many looks wait, run or are delayed: one command a shard. */
  count(): Promise<number>;
  /**
   * Returns the looks whose job stands in no list of BullMQ (its keys were deleted, or its adding
   * was cut off), and removes what is left of such a job: it would absorb a new one of the same id.
   */
  withoutJob(looks: readonly LookKey[]): Promise<readonly LookKey[]>;
}

/** In these lists a job waits or runs; finished jobs are removed at once. */
const lists = ['wait', 'prioritized', 'active', 'delayed'] as const;

/** Jobs without a priority go first. */
const largePriority = 1;

/**
 * A look throws only when Redis does not answer, so it is tried again until it has an answer or its
 * survey is over.
 */
const retries = { attempts: 1_000_000, backoff: { type: 'fixed', delay: 5_000 } } as const;

/** @param queues the looks queue of every shard */
export const lookDispatcher = (queues: readonly Queue<JobData>[]): LookDispatcher => {
  /**
   * Every look belongs to the queue of its shard. A shard that does not answer does not hold up the
   * others.
   */
  const inEach = async <T>(
    looks: readonly LookKey[],
    run: (queue: Queue<JobData>, own: readonly LookKey[]) => Promise<T>,
  ): Promise<readonly T[]> => {
    const done = await Promise.allSettled(
      [...Map.groupBy(looks, ({ shard }) => shard)].flatMap(([shard, own]) => {
        const queue = queues[shard];
        return queue === undefined ? [] : [run(queue, own)];
      }),
    );
    return done.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
  };
  return {
    add: async (looks, isLarge) => {
      const opts = { ...retries, ...(isLarge ? { priority: largePriority } : {}) };
      await inEach(looks, (queue, own) =>
        queue.addBulk(
          own.map((look) => ({ name: 'l', data: {}, opts: { jobId: lookJobId(look), ...opts } })),
        ),
      );
    },
    count: async () => {
      const counts = await Promise.all(queues.map((queue) => queue.getJobCountByTypes(...lists)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    withoutJob: async (looks) => (await inEach(looks, withoutJobIn)).flat(),
  };
};

async function withoutJobIn(queue: Queue<JobData>, looks: readonly LookKey[]): Promise<readonly LookKey[]> {
  const listed = new Set(await queue.getRanges([...lists], 0, -1));
  const missing = looks.filter((look) => !listed.has(lookJobId(look)));
  await Promise.all(missing.map((look) => queue.remove(lookJobId(look))));
  return missing;
}
