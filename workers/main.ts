import type { Logger } from 'pino';
import { labClock, systemClock } from '../shared/clock.ts';
import type { Config } from '../shared/config.ts';
import { type Fault, ok, type Result } from '../shared/errors.ts';
import { openQueueConnection } from '../shared/queues/connection.ts';
import { openDispatcher } from '../shared/queues/dispatcher.ts';
import { queueNames } from '../shared/queues/jobs.ts';
import { runProcess, stopDeadlines } from '../shared/run-process.ts';
import { openRedisStore } from '../shared/store/redis/open.ts';
import type { WorkerContext } from './activation.ts';
import type { Gateway } from './gateways/gateway.ts';
import { openGateway } from './gateways/open.ts';
import { startHeartbeat } from './heartbeat.ts';
import { openLooks, openUpgrades, type QueueContext, workerOptions } from './queue-worker.ts';
import { registerWorker } from './registration.ts';
import { openReleaseFolders } from './release-folder.ts';
import { openRulebook } from '../shared/rulebook.ts';
import { openSurveyScopes } from './survey-scope.ts';

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
  const connection = openQueueConnection(config.redisUrl, 'worker');
  connection.on('error', (error) => log.warn({ error }, 'redis'));
  const queues: QueueContext = { config, connection, hardStop: hardStop.signal };
  const surveyor = { ...context, scopes: openSurveyScopes(store.value) };
  const shards = Array.from({ length: config.shards }, (_, shard) => shard);
  const workers = shards.flatMap((shard) => [
    ...queueNames.map((queue) => openUpgrades({ queues, context }, queue, shard)),
    openLooks({ queues, surveyor }, shard),
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

if (import.meta.main) await runProcess('worker', runWorker, () => 'ready');
