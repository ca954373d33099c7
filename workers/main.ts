import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { labClock, systemClock } from '../shared/clock.ts';
import type { Config } from '../shared/config.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import { type Fault, ok, type Result } from '../shared/errors.ts';
import {
  activationIn,
  type JobData,
  lookIn,
  looksQueue,
  openDispatcher,
  openQueueConnection,
  queueNames,
  queuePrefix,
  workerOptions,
} from '../shared/queues.ts';
import { runProcess, stopDeadlines } from '../shared/run-process.ts';
import { openRedisStore } from '../shared/store/redis/open.ts';
import { activate, type WorkerContext } from './activation.ts';
import { firstOf } from './first-of.ts';
import type { Gateway } from './gateways/gateway.ts';
import { openGateway } from './gateways/open.ts';
import { startHeartbeat } from './heartbeat.ts';
import { lookFor } from './survey-look.ts';
import { registerWorker } from './registration.ts';
import { openReleaseFolders } from './release-folder.ts';
import { openRulebook } from '../shared/rulebook.ts';

/** A lease as long as BullMQ's lock: what loses one has lost the other. */
const leaseMs = workerOptions.lockDuration;

export interface RunningWorker {
  /**
   * Takes no new jobs; what is driven is handed over as soon as its command has ended, at the deadline without waiting for it; then
   * closes everything.
   */
  stop(): Promise<void>;
}

/**
 * Composition root of a worker process.
 * @param open the way to the clients; the configured one unless told
 */
export async function runWorker(
  config: Config,
  log: Logger,
  open: (config: Config) => Result<Gateway, Fault> = openGateway,
): Promise<Result<RunningWorker, Fault>> {
  const gateway = open(config);
  if (!gateway.ok) return gateway;
  const place = { url: config.redisUrl, prefix: config.prefix, shards: config.shards };
  const store = await openRedisStore(place);
  if (!store.ok) return store;
  const quiet = new AbortController();
  const context: WorkerContext = {
    store: store.value,
    dispatcher: openDispatcher({ ...place, log }),
    clock: config.labClock === null ? systemClock : labClock(config.labClock),
    log,
    gateway: gateway.value,
    rulebook: openRulebook(store.value),
    releases: openReleaseFolders(config.releases),
    leaseMs,
    quiet: quiet.signal,
  };
  const heartbeat = config.heartbeatFile
    ? startHeartbeat(config.heartbeatFile, () => context.store.fleetSize(), log)
    : null;
  const registration = registerWorker(context.store, config, log);
  const hardStop = new AbortController();
  // Every shard and queue has a worker, which BullMQ gives a blocking connection of its own; this one they share.
  const connection = openQueueConnection(config.redisUrl, 'worker');
  connection.on('error', (error) => log.warn({ error }, 'redis'));
  const queues: QueueContext = { config, context, connection, hardStop: hardStop.signal };
  const shards = Array.from({ length: config.shards }, (_, shard) => shard);
  const workers = shards.flatMap((shard) => [
    ...queueNames.map((queue) => openUpgrades(queues, queue, shard)),
    openLooks(queues, shard),
  ]);
  log.info({ gateway: config.gateway }, 'worker runs');
  return ok({
    stop: async () => {
      heartbeat?.stop();
      quiet.abort();
      const deadline = setTimeout(() => {
        log.warn('commands are still under way: lets go of them');
        hardStop.abort();
      }, stopDeadlines.commandMs);
      await Promise.all(workers.map((worker) => worker.close()));
      clearTimeout(deadline);
      connection.disconnect();
      await registration.leave();
      await Promise.all([context.gateway.close(), context.dispatcher.close(), context.store.close()]);
      log.info('worker stopped');
    },
  });
}

interface QueueContext {
  readonly config: Config;
  readonly context: WorkerContext;
  readonly connection: Redis;
  readonly hardStop: AbortSignal;
}

const openUpgrades = (context: QueueContext, queue: QueueName, shard: number): Worker<JobData> =>
  openQueue(context, queue, shard, (id, signal) => {
    const { key, activation } = activationIn(id);
    return activate(context.context, key, activation, queue, signal);
  });

const openLooks = (context: QueueContext, shard: number): Worker<JobData> =>
  openQueue(context, looksQueue, shard, (id, signal) => lookFor(context.context, lookIn(id, shard), signal));

function openQueue(
  { config, context, connection, hardStop }: QueueContext,
  queue: QueueName | typeof looksQueue,
  shard: number,
  run: (id: string, stop: AbortSignal) => Promise<unknown>,
): Worker<JobData> {
  const worker = new Worker<JobData>(
    queue,
    // A lock that could not be renewed does not stop a processor by itself: the third argument is the signal that does.
    async (job, _token, signal) => {
      const stop = firstOf(signal ?? hardStop, hardStop);
      try {
        return await run(job.id ?? '', stop.signal);
      } finally {
        stop.release();
      }
    },
    {
      ...workerOptions,
      connection,
      prefix: queuePrefix(config.prefix, shard),
      // The limit is that of the process; a shard always has one.
      concurrency: Math.ceil(config.concurrency[queue] / config.shards),
    },
  );
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'its lock was lost');
  });
  worker.on('failed', (job, error) => context.log.error({ queue, job: job?.id, error }, 'a job failed'));
  worker.on('error', (error) => context.log.warn({ error }, 'queue'));
  return worker;
}

if (import.meta.main) await runProcess('worker', runWorker, () => 'ready');
