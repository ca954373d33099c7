import { rememberedMs, type WorkerRegistry } from '../../shared/store/worker-registry.ts';
import { compare, type Tables } from './tables.ts';

export const workerRegistryOf = ({ workers }: Tables, now: () => number): WorkerRegistry => ({
  announceWorker: async (worker, ownTime, goodForMs) => {
    const heardAt = now();
    workers.set(worker.name, { worker, heardAt, until: heardAt + goodForMs, aheadMs: ownTime - heardAt });
    for (const [name, { until }] of workers) if (until <= heardAt - rememberedMs) workers.delete(name);
  },
  dismissWorker: async (name) => void workers.delete(name),
  workers: async () =>
    [...workers.values()]
      .map(({ worker, heardAt, until, aheadMs }) => ({
        ...worker,
        isAlive: until > now(),
        silentMs: Math.max(0, now() - heardAt),
        aheadMs,
      }))
      .sort((a, b) => compare(a.name, b.name)),
});
