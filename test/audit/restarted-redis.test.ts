import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startEmbeddedRedis } from '../../orchestrator/embedded-redis/start.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { patienceMs } from '../environment/patience.ts';
import { packagesDir } from '../environment/private-redis.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { named, sealingFixture, type SealingFixture, steps } from './sealing-fixture.ts';

/** A redis-server whose data folder outlives it, and a folder of the audit. */
function newInstallation() {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-restart-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'redis');
  return {
    dataDir,
    copy: join(folder, 'copy'),
    run: async (work: (sealing: SealingFixture) => Promise<unknown>): Promise<void> => {
      const server = unwrapped(
        await startEmbeddedRedis({ dataDir, packagesDir, log: console, answerWithinMs: patienceMs }),
      );
      const store: Store = unwrapped(await openRedisStore({ url: server.url, prefix: 'restarted' }));
      try {
        await work(sealingFixture({ store, folder: join(folder, 'audit') }));
      } finally {
        await store.close();
        await server.stop();
      }
    },
  };
}

test('a Redis that comes back older than the file continues its chain from the file', async () => {
  const { dataDir, copy, run } = newInstallation();
  await run(async ({ store, sealer }) => {
    await steps(store, 2);
    await sealer.round();
  });
  cpSync(dataDir, copy, { recursive: true });
  await run(async ({ store, sealer }) => {
    await steps(store, 3, 'lost');
    await sealer.round();
  });
  rmSync(dataDir, { recursive: true });
  cpSync(copy, dataDir, { recursive: true });
  await run(async (sealing) => {
    const { store, sealer } = sealing;
    expect(await store.readSeal(0)).toMatchObject({ head: { number: 1 } });
    await sealer.round();
    expect(await store.readSeal(0)).toMatchObject({ head: { number: 2 }, written: 2 });
    await steps(store, 1, 'after');
    await sealer.round();
    expect(await sealing.verify()).toMatchObject({
      faults: [],
      torn: [],
      chains: [{ blocks: 3, entries: 6 }],
    });
    const found = (await sealing.entries()).map(({ because }) => because);
    expect(found).toEqual([...named(2), ...named(3, 'lost'), ...named(1, 'after')]);
  });
});

test('a Redis that was restarted and lost nothing is the one to believe from the next round on', async () => {
  const { run } = newInstallation();
  await run(async ({ store, sealer }) => {
    await steps(store, 2);
    await sealer.round();
    expect(await store.redisRun(0)).toMatchObject({ isSame: true });
  });
  await run(async ({ store, sealer }) => {
    expect(await store.redisRun(0)).toMatchObject({ isSame: false });
    await sealer.round();
    expect(await store.redisRun(0)).toMatchObject({ isSame: true });
  });
});
