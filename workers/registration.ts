import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../shared/config.ts';
import { messageOf } from '../shared/errors.ts';
import { troubleOf } from '../shared/log.ts';
import { RecordsGone } from '../shared/store/errors.ts';
import type { HealthStore } from '../shared/store/health-store.ts';
import { reportEveryMs, type WorkerRegistry, type WorkerFacts } from '../shared/store/worker-registry.ts';
import { servpackVersion } from '../shared/version.ts';

/** Two announcements, and one that waited its full time for Redis. */
const validForMs = 25_000;

/**
 * Announces every 10 s that this worker runs, for people who ask why nothing happens. No decision
 * depends on the registry. Says once when the records are gone.
 */
export function registerWorker(
  store: WorkerRegistry & Pick<HealthStore, 'checkRecords'>,
  config: Config,
  log: Logger,
): { readonly leave: () => Promise<void> } {
  const worker = factsOf(config);
  let isGone = false;
  const announce = async (): Promise<void> => {
    const trouble = troubleOf(log);
    const now = trouble === null ? worker : { ...worker, log: trouble };
    try {
      await store.checkRecords();
      isGone = false;
      await store.announceWorker(now, Date.now(), validForMs);
    } catch (error) {
      if (!(error instanceof RecordsGone)) return log.debug({ error }, 'could not announce this worker');
      if (!isGone) log.error(error.message);
      isGone = true;
    }
  };
  void announce();
  const timer = setInterval(() => void announce(), reportEveryMs);
  return {
    leave: async () => {
      clearInterval(timer);
      await store
        .dismissWorker(worker.name)
        .catch((error: unknown) =>
          log.debug({ because: messageOf(error) }, 'could not take this worker off the registry'),
        );
    },
  };
}

function factsOf({ gateway, concurrency }: Config): WorkerFacts {
  const host = hostname();
  return {
    name: `${host}/${process.pid}/${randomUUID().slice(0, 8)}`,
    host,
    pid: process.pid,
    version: servpackVersion,
    node: process.versions.node,
    gateway: gateway?.split(':')[0] ?? 'none',
    ...concurrency,
    since: Date.now(),
  };
}
