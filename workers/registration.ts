import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../shared/config.ts';
import { messageOf } from '../shared/errors.ts';
import { servpackVersion } from '../shared/version.ts';
import type { WorkerRegistry, WorkerFacts } from '../shared/store/worker-registry.ts';

const everyMs = 5_000;
/** Two of them, and one that waited its full time for Redis. */
const goodForMs = 20_000;

/** Says every 5 s that this worker is there, for people who ask why nothing happens. Nothing rests on it. */
export function registerWorker(
  store: WorkerRegistry,
  config: Config,
  log: Logger,
): { readonly leave: () => Promise<void> } {
  const worker = factsOf(config);
  const announce = (): void =>
    void store
      .announceWorker(worker, Date.now(), goodForMs)
      .catch((error: unknown) => log.debug({ error }, 'not announced'));
  announce();
  const timer = setInterval(announce, everyMs);
  return {
    leave: async () => {
      clearInterval(timer);
      await store
        .dismissWorker(worker.name)
        .catch((error: unknown) => log.debug({ because: messageOf(error) }, 'left without a word'));
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
