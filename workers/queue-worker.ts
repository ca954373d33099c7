import { type Job, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Config } from '../shared/config.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import { activationIn, type JobData, lookIn, looksQueue, queuePrefix } from '../shared/queues/jobs.ts';
import { activate, type WorkerContext } from './activation.ts';
import { firstOf } from './first-of.ts';
import { makeLook, type Surveyor } from './survey-look.ts';

/**
 * BullMQ finds the job of a killed worker within 15 s: a lock of 10 s, a check every 5 s. Finished
 * jobs are removed at once.
 */
export const workerOptions = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;

/**
 * The sweep alone brings back the upgrade of a lost worker, under its next activation. So BullMQ
 * only removes the job of the lost activation: it fails without being run.
 */
const upgradeOptions = { ...workerOptions, maxStalledCount: 0 } as const;

/**
 * BullMQ makes a look again whose worker was lost, for as long as `makeLook` does not give it up.
 */
const lookOptions = { ...workerOptions, maxStalledCount: 1_000_000 } as const;

export interface QueueContext {
  readonly config: Config;
  /**
   * Every queue and shard has a worker, which BullMQ gives a blocking connection of its own; this
   * one they share.
   */
  readonly connection: Redis;
  /** Fires when commands that still run are given up. */
  readonly hardStop: AbortSignal;
}

/** Runs the activations of one queue in one shard. */
export function openUpgrades(
  { queues, context }: { readonly queues: QueueContext; readonly context: WorkerContext },
  queue: QueueName,
  shard: number,
): Worker<JobData> {
  const worker = openQueue(queues, queue, shard, upgradeOptions, async ({ id = '' }, _token, stop) => {
    const { key, activation } = activationIn(id);
    await activate(context, key, activation, queue, stop);
  });
  worker.on('failed', (job, error) => {
    if (job?.deferredFailure === undefined) context.log.error({ queue, job: job?.id, error }, 'a job failed');
    else context.log.info({ queue, job: job.id }, 'removed the job of a lost worker');
  });
  worker.on('error', (error) => context.log.warn({ error }, 'queue'));
  return worker;
}

/** Makes the looks of surveys in one shard. */
export function openLooks(
  { queues, surveyor }: { readonly queues: QueueContext; readonly surveyor: Surveyor },
  shard: number,
): Worker<JobData> {
  const { log } = surveyor;
  const worker = openQueue(queues, looksQueue, shard, lookOptions, async (job, token, stop) => {
    const end = await makeLook(surveyor, lookIn(job.id ?? '', shard), job.stalledCounter, stop);
    if (end !== 'letGo') return;
    // Another worker makes the look at once. Without its lock the job is found stalled, with the
    // same result.
    await job.moveToWait(token);
    throw new WaitingError();
  });
  worker.on('stalled', (job) => log.warn({ job }, 'the worker of a look was lost; makes the look again'));
  worker.on('failed', (job, error) => log.error({ job: job?.id, error }, 'a look failed; tries again'));
  worker.on('error', (error) => log.warn({ error }, 'queue'));
  return worker;
}

function openQueue(
  { config, connection, hardStop }: QueueContext,
  queue: QueueName | typeof looksQueue,
  shard: number,
  options: Partial<WorkerOptions>,
  run: (job: Job<JobData>, token: string | undefined, stop: AbortSignal) => Promise<void>,
): Worker<JobData> {
  const worker = new Worker<JobData>(
    queue,
    // A lock that could not be renewed does not stop a processor by itself: the third argument is
    // the signal that does.
    async (job, token, signal) => {
      const stop = firstOf(signal ?? hardStop, hardStop);
      try {
        await run(job, token, stop.signal);
      } finally {
        stop.release();
      }
    },
    {
      ...options,
      connection,
      prefix: queuePrefix(config.prefix, shard),
      // The limit is that of the process; a shard always has one.
      concurrency: Math.ceil(config.concurrency[queue] / config.shards),
    },
  );
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'its lock was lost');
  });
  return worker;
}
