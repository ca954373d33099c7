import { Worker } from 'bullmq';
import type { Config } from '../shared/config.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import {
  activationIn,
  type JobData,
  lookIn,
  looksQueue,
  openQueueConnection,
  queueNames,
  queuePrefix,
  workerOptions,
} from '../shared/queues.ts';
import { activate } from './activation.ts';
import type { WorkerContext } from './context.ts';
import { firstOf } from './first-of.ts';
import { lookFor } from './survey-look.ts';

/**
 * Takes jobs from every queue of every shard and runs them: activations of upgrades, and the looks
 * of surveys.
 * @param hardStop abandons the commands that are still running
 */
export function startJobs(
  config: Config,
  context: WorkerContext,
  hardStop: AbortSignal,
): { readonly close: () => Promise<void> } {
  const { log } = context;
  // BullMQ gives each worker a blocking connection of its own; all other commands share this one.
  const connection = openQueueConnection(config.redisUrl, 'worker');
  connection.on('error', (error) => log.warn({ error }, 'redis'));

  const takeFrom = (
    queue: QueueName | typeof looksQueue,
    shard: number,
    run: (id: string, stop: AbortSignal) => Promise<unknown>,
  ): Worker<JobData> => {
    const worker = new Worker<JobData>(queue, abandonable(hardStop, run), {
      ...workerOptions,
      connection,
      prefix: queuePrefix(config.prefix, shard),
      // The limit is that of the process; a shard always has one job at least.
      concurrency: Math.ceil(config.concurrency[queue] / config.shards),
    });
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'its lock was lost');
    });
    worker.on('failed', (job, error) => log.error({ queue, job: job?.id, error }, 'a job failed'));
    worker.on('error', (error) => log.warn({ error }, 'queue'));
    return worker;
  };

  const shards = Array.from({ length: config.shards }, (_, shard) => shard);
  const workers = shards.flatMap((shard) => [
    ...queueNames.map((queue) =>
      takeFrom(queue, shard, (id, stop) => {
        const { key, activation } = activationIn(id);
        return activate(context, key, activation, queue, stop);
      }),
    ),
    takeFrom(looksQueue, shard, (id, stop) => lookFor(context, lookIn(id, shard), stop)),
  ]);
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      connection.disconnect();
    },
  };
}

/**
 * A processor for BullMQ whose job can be abandoned. A lock that could not be renewed does not stop
 * a processor by itself: the signal that BullMQ passes as third argument does.
 */
const abandonable =
  (hardStop: AbortSignal, run: (id: string, stop: AbortSignal) => Promise<unknown>) =>
  async (job: { readonly id?: string | undefined }, _token?: string, signal?: AbortSignal) => {
    const stop = firstOf(signal ?? hardStop, hardStop);
    try {
      return await run(job.id ?? '', stop.signal);
    } finally {
      stop.release();
    }
  };
