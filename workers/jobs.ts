import { type Job, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Config } from '../shared/config.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import { openQueueConnection } from '../shared/queues/connection.ts';
import {
  activationIn,
  type JobData,
  lookIn,
  looksQueue,
  queueNames,
  queuePrefix,
} from '../shared/queues/jobs.ts';
import { activate } from './activation.ts';
import type { WorkerContext } from './context.ts';
import { firstOf } from './first-of.ts';
import { traceJob } from './trace-job.ts';
import { makeLook, type Surveyor } from './survey-look.ts';
import { openSurveyScopes } from './survey-scope.ts';

/**
 * BullMQ finds the job of a killed worker within 15 s: a lock of 10 s, a check every 5 s while any
 * job runs (`checkStalled`). A worker without jobs waits in Redis for up to 40 s at a time.
 * Finished jobs are removed at once.
 */
export const workerOptions = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  skipStalledCheck: true,
  drainDelay: 40,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;

/**
 * The sweep alone brings back the upgrade of a lost worker, under its next activation. So BullMQ
 * only removes the job of the lost activation: it fails without being run.
 */
const upgradeOptions = { ...workerOptions, maxStalledCount: 0 } as const;

/**
 * BullMQ runs the look of a lost worker again. `makeLook` decides when to give up, so BullMQ's own
 * limit is out of reach.
 */
const lookOptions = { ...workerOptions, maxStalledCount: 1_000_000 } as const;

interface Queues {
  readonly config: Config;
  readonly connection: Redis;
  readonly hardStop: AbortSignal;
}

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
  // BullMQ gives each worker a blocking connection of its own; all other commands share this one.
  const connection = openQueueConnection(config.redisUrl, 'worker');
  connection.on('error', (error) => context.log.warn({ error }, 'redis'));
  const queues: Queues = { config, connection, hardStop };
  const surveyor = { ...context, scopes: openSurveyScopes(context.store) };
  const shards = Array.from({ length: config.shards }, (_, shard) => shard);
  const workers = shards.flatMap((shard) => [
    ...queueNames.map((queue) => runActivations(queues, context, queue, shard)),
    makeLooks(queues, surveyor, shard),
  ]);
  const checking = shards.map((shard) =>
    checkStalled(connection, workersOf(workers, config, shard), context),
  );
  return {
    close: async () => {
      checking.forEach((timer) => clearInterval(timer));
      await Promise.all(workers.map((worker) => worker.close()));
      connection.disconnect();
    },
  };
}

/** The workers of one shard, whose keys lie together. */
const workersOf = (workers: readonly Worker<JobData>[], { prefix }: Config, shard: number) =>
  workers.filter((worker) => worker.opts.prefix === queuePrefix(prefix, shard));

/**
 * Looks for the jobs of lost workers, in the queues in which any job runs: one command asks for all
 * queues of a shard. BullMQ's own timer would run its whole check in every empty queue.
 */
function checkStalled(
  redis: Redis,
  workers: readonly Worker<JobData>[],
  { log }: Pick<WorkerContext, 'log'>,
): NodeJS.Timeout {
  const activeOf = (worker: Worker<JobData>): string => worker.toKey('active');
  const check = async (): Promise<void> => {
    if ((await redis.exists(...workers.map(activeOf))) === 0) return;
    await Promise.all(workers.map((worker) => worker['moveStalledJobsToWait']()));
  };
  const begin = (): void => void check().catch((error: unknown) => log.warn({ error }, 'queue'));
  begin();
  // A check keeps others away for the interval, so the next one comes a little later.
  return setInterval(begin, workerOptions.stalledInterval + 100);
}

/** Runs the activations of one queue in one shard. */
function runActivations(
  queues: Queues,
  context: WorkerContext,
  queue: QueueName,
  shard: number,
): Worker<JobData> {
  const { log } = context;
  const worker = takeJobs(queues, queue, shard, upgradeOptions, async ({ id = '' }, _token, stop) => {
    const { key, activation } = activationIn(id);
    const job = { key, activation, shard, queue, dueAt: 0 };
    await traceJob(context.traces, job, () => activate(context, key, activation, queue, stop));
  });
  worker.on('failed', (job, error) => {
    if (job?.deferredFailure === undefined) log.error({ queue, job: job?.id, error }, 'a job failed');
    else log.info({ queue, job: job.id }, 'removed the job of a lost worker');
  });
  worker.on('error', (error) => log.warn({ error }, 'queue'));
  return worker;
}

/** Makes the looks of surveys in one shard. */
function makeLooks(queues: Queues, surveyor: Surveyor, shard: number): Worker<JobData> {
  const { log } = surveyor;
  const worker = takeJobs(queues, looksQueue, shard, lookOptions, async (job, token, stop) => {
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

function takeJobs(
  { config, connection, hardStop }: Queues,
  queue: QueueName | typeof looksQueue,
  shard: number,
  options: Partial<WorkerOptions>,
  run: (job: Job<JobData>, token: string | undefined, stop: AbortSignal) => Promise<void>,
): Worker<JobData> {
  const worker = new Worker<JobData>(
    queue,
    // A lock that could not be renewed does not stop a processor by itself: the signal that BullMQ
    // passes as third argument does.
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
      // The limit is that of the process; a shard always has one job at least.
      concurrency: Math.ceil(config.concurrency[queue] / config.shards),
    },
  );
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'its lock was lost');
  });
  return worker;
}
