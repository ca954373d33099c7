import { ErrorCode, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { QueueName } from '../domain/upgrade/placement.ts';
import type { Activation } from '../store/types.ts';
import { openQueueConnection } from './connection.ts';
import { type JobData, jobId, looksQueue, queueNames, queuePrefix } from './jobs.ts';
import { type LookDispatcher, lookDispatcher } from './look-dispatcher.ts';

/**
 * Adds jobs for activations that a commit has written before. A job that exists is not added twice.
 */
export interface Dispatcher {
  /** @param delayMs real milliseconds until the job may run */
  add(activation: Activation, delayMs: number): Promise<void>;
  addAll(activations: readonly Delayed[]): Promise<void>;
  /**
   * Returns the activations that have no job. Of the first 50 it also removes a job that stands in
   * no list of BullMQ (its keys were deleted piece by piece, say): no worker runs such a job, and
   * it absorbs a new one of the same id. Jobs that wait or run stay as they are. One that is still
   * delayed waits from now on: the activations are due, and BullMQ goes by the clock of each
   * worker, which may be slow.
   */
  withoutJob(activations: readonly Activation[]): Promise<readonly Activation[]>;
  readonly looks: LookDispatcher;
  close(): Promise<void>;
}

export interface Delayed {
  readonly activation: Activation;
  readonly delayMs: number;
}

export interface DispatcherOptions {
  readonly url: string;
  readonly prefix: string;
  /** As many as the store has; 1 when not given. */
  readonly shards?: number;
  /** Gets a line for each error of a queue. */
  readonly log?: Logger;
  /**
   * Real time that delays count from; the clock of this process when not given. It must be the time
   * that all processes share: a worker runs a delayed job when BullMQ's time has come there.
   */
  readonly realNow?: () => number;
}

/** `getJobState` is O(n) in a long queue. */
const statesAtMost = 50;

/**
 * Opens the queues of all shards for adding. While Redis is unavailable each call fails at once (no
 * offline queue); the sweep adds the missing jobs later.
 */
export function openDispatcher(options: DispatcherOptions): Dispatcher {
  const { url, prefix, shards = 1, log, realNow = () => Date.now() } = options;
  const connection = openQueueConnection(url, 'producer');
  // Without a listener a lost connection would end the process; every failed call reports it
  // anyway.
  connection.on('error', () => undefined);
  const open = (name: string, shard: number): Queue<JobData> => {
    const queue = new Queue<JobData>(name, { connection, prefix: queuePrefix(prefix, shard) });
    // Without a listener BullMQ writes the whole error to the console, and one of AUTH holds the
    // password.
    queue.on('error', (error) => log?.warn({ error }, 'queue'));
    return queue;
  };
  const perShard = Array.from({ length: shards }, (_, shard) => ({
    upgrades: open('upgrades', shard),
    remediations: open('remediations', shard),
    looks: open(looksQueue, shard),
  }));
  const bullQueueFor = ({ shard, queue }: Activation): Queue<JobData> | undefined => perShard[shard]?.[queue];

  return {
    add: async (each, delayMs) => {
      const { name, data, opts } = jobOf({ activation: each, delayMs }, realNow());
      await bullQueueFor(each)?.add(name, data, opts);
    },
    // A shard that does not answer does not keep the jobs of the others from being added.
    addAll: async (activations) => {
      const adding = perShard.map((queues, shard) =>
        addIn(
          queues,
          activations.filter((each) => each.activation.shard === shard),
          realNow(),
        ),
      );
      const failed = (await Promise.allSettled(adding)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    withoutJob: async (activations) => {
      for (const each of activations.slice(0, statesAtMost)) {
        const queue = bullQueueFor(each);
        if ((await queue?.getJobState(jobId(each))) === 'unknown') await queue?.remove(jobId(each));
      }
      const exist = await Promise.all(
        activations.map((each) => connection.exists(bullQueueFor(each)?.toKey(jobId(each)) ?? '')),
      );
      const existing = activations.filter((_, at) => exist[at] !== 0);
      await Promise.all(existing.map((each) => endDelay(connection, bullQueueFor(each), jobId(each))));
      return activations.filter((_, at) => exist[at] === 0);
    },
    looks: lookDispatcher(perShard.map(({ looks }) => looks)),
    close: async () => {
      await Promise.all(perShard.flatMap((queues) => Object.values(queues).map((queue) => queue.close())));
      connection.disconnect();
    },
  };
}

const jobOf = ({ activation, delayMs }: Delayed, timestamp: number) => ({
  name: 'a',
  data: {},
  opts: { jobId: jobId(activation), timestamp, ...(delayMs > 0 ? { delay: delayMs } : {}) },
});

/** Makes a job wait that is delayed; others stay as they are. */
async function endDelay(redis: Redis, queue: Queue<JobData> | undefined, id: string): Promise<void> {
  if (queue === undefined || (await redis.zscore(queue.toKey('delayed'), id)) === null) return;
  const job = await queue.getJob(id);
  // It is delayed no more when a worker took it in between.
  await job?.promote().catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== ErrorCode.JobNotInState) throw error;
  });
}

async function addIn(
  queues: Readonly<Record<QueueName, Queue<JobData>>>,
  activations: readonly Delayed[],
  timestamp: number,
): Promise<void> {
  for (const name of queueNames) {
    const jobs = activations
      .filter((each) => each.activation.queue === name)
      .map((each) => jobOf(each, timestamp));
    if (jobs.length > 0) await queues[name].addBulk(jobs);
  }
}
