import type { Logger } from 'pino';
import { openClock } from '../shared/shared-clock.ts';
import type { Config } from '../shared/config.ts';
import { type Fault, ok, type Result } from '../shared/errors.ts';
import { openMetricsListener } from '../shared/metrics/listener.ts';
import { openDispatcher } from '../shared/queues/dispatcher.ts';
import { openRulebook } from '../shared/rulebook.ts';
import { runProcess, stopDeadlines } from '../shared/run-process.ts';
import { tracesOf } from '../shared/traces/traces-of.ts';
import { openRedisStore } from '../shared/store/redis/open.ts';
import type { WorkerContext } from './context.ts';
import type { Gateway } from '../shared/execution/gateway.ts';
import { openGateway } from './gateways/open.ts';
import { startHeartbeat } from './heartbeat.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import { startJobs, workerOptions } from './jobs.ts';
import { registerWorker } from './registration.ts';
import { checkReleaseFolders, openReleaseFolders } from './release-folder.ts';

/** A lease is as long as BullMQ's lock: a driver that loses one has lost the other. */
const leaseMs = workerOptions.lockDuration;

export interface RunningWorker {
  /**
   * Takes no new jobs, and hands over each upgrade as soon as its command has ended. At the
   * deadline the running commands are abandoned. Then closes everything.
   */
  stop(): Promise<void>;
}

/**
 * Composition root of a worker process.
 * @param open the way to the clients; left out = the configured one
 */
export async function runWorker(
  config: Config,
  log: Logger,
  open: (config: Config) => Result<Gateway, Fault> = openGateway,
): Promise<Result<RunningWorker, Fault>> {
  const gateway = open(config);
  if (!gateway.ok) return gateway;
  const releases = checkReleaseFolders(config.releases);
  if (!releases.ok) return releases;
  const redis = { url: config.redisUrl, prefix: config.prefix, shards: config.shards };
  const store = await openRedisStore(redis);
  if (!store.ok) return store;
  const isScraped = config.metrics.listen !== null && config.metrics.listen !== 'off';
  const metrics = isScraped ? openMetrics() : undefined;
  const scraped = await openMetricsListener(config.metrics, async () => metrics?.text() ?? '', log);
  if (!scraped.ok) {
    await store.value.close();
    return scraped;
  }
  const traces = await tracesOf(config, 'worker', log);
  const quiet = new AbortController();
  const clock = await openClock(config.labClock, store.value, log);
  const context: WorkerContext = {
    store: metrics?.store(store.value) ?? store.value,
    dispatcher: openDispatcher({ ...redis, log, realNow: () => clock.realNow() }),
    clock,
    log,
    gateway: metrics?.gateway(gateway.value) ?? gateway.value,
    rulebook: openRulebook(store.value),
    releases: openReleaseFolders(config.releases),
    leaseMs,
    quiet: quiet.signal,
    ...(metrics === undefined ? {} : { metrics }),
    ...(traces === undefined ? {} : { traces }),
  };
  const heartbeat = config.heartbeatFile
    ? startHeartbeat(config.heartbeatFile, () => context.store.fleetSize(), log)
    : null;
  const registration = registerWorker(context.store, config, log);
  const hardStop = new AbortController();
  const jobs = startJobs(config, context, hardStop.signal);
  log.info({ gateway: config.gateway }, 'worker runs');
  return ok({
    stop: async () => {
      heartbeat?.stop();
      quiet.abort();
      const deadline = setTimeout(() => {
        log.warn('abandons the commands that are still running');
        hardStop.abort();
      }, stopDeadlines.commandMs);
      await jobs.close();
      clearTimeout(deadline);
      await registration.leave();
      await scraped.value?.close();
      clock.stop();
      await Promise.all([context.gateway.close(), context.dispatcher.close(), context.store.close()]);
      await traces?.close();
      log.info('worker stopped');
    },
  });
}

if (import.meta.main) await runProcess('worker', runWorker, () => 'ready');
