import { describe, expect, it } from 'vitest';
import type { WorkerFacts } from '../../../shared/store/worker-registry.ts';
import { type Given } from './store-fixture.ts';

const worker = (name: string): WorkerFacts => ({
  name,
  host: 'rack-1',
  pid: 7,
  version: '0.1.0',
  node: '26.10.0',
  gateway: 'simulated',
  upgrades: 50,
  remediations: 10,
  since: 1_000,
});

export function workerRegistryContract(given: Given): void {
  describe('the worker registry', () => {
    it('lists workers that have reported, and how far off their clocks are', async () => {
      const { store } = given();
      expect(await store.workers()).toEqual([]);
      await store.dismissWorker('unknown');
      expect(await store.sinceDismissalMs()).toBeNull();
      await store.announceWorker(worker('b'), Date.now() - 3_600_000, 60_000);
      await store.announceWorker(worker('a'), Date.now(), 60_000);
      const [a, b, ...others] = await store.workers();
      expect(others).toEqual([]);
      expect(a).toMatchObject({ ...worker('a'), isAlive: true });
      expect(Math.abs(a?.aheadMs ?? NaN)).toBeLessThan(5_000);
      expect(Math.abs((b?.aheadMs ?? NaN) + 3_600_000)).toBeLessThan(5_000);
      expect(b?.silentMs).toBeLessThan(5_000);
    });

    it('lists a worker that has gone silent, and not one that was dismissed', async () => {
      const { store } = given();
      await store.announceWorker(worker('killed'), Date.now(), 0);
      await store.announceWorker(worker('stopped'), Date.now(), 60_000);
      await store.dismissWorker('stopped');
      await store.dismissWorker('unknown');
      expect(await store.workers()).toMatchObject([{ name: 'killed', isAlive: false }]);
      expect(await store.sinceDismissalMs()).toBeLessThan(60_000);
      await store.announceWorker({ ...worker('killed'), pid: 8 }, Date.now(), 60_000);
      expect(await store.workers()).toMatchObject([{ name: 'killed', pid: 8, isAlive: true }]);
    });
  });
}
