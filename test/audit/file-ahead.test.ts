import { readFileSync, writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { draftBlock } from '../../orchestrator/audit/format/block.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { servpackVersion } from '../../shared/version.ts';
import { clientOf, entry, pick } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { becauses, restarted, sealingFixture, type SealingFixture, steps } from './sealing-fixture.ts';

const stores: readonly (readonly [name: string, open: () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore()).store],
];

async function sealedSteps(open: () => Promise<Store>, name = 'step'): Promise<SealingFixture> {
  const store = await open();
  const sealing = sealingFixture({ store });
  onTestFinished(async () => {
    sealing[Symbol.dispose]();
    await store.close();
  });
  await steps(store, 2, name);
  await sealing.sealer.round();
  return sealing;
}

/** Writes blocks of made-up entries behind the last block, as no sealer of this Redis did. */
async function forgeBlocks({ archive, store }: SealingFixture, ...ids: readonly string[]): Promise<void> {
  const [template] = await store.auditAfter(0, beforeAll, 1);
  if (template === undefined) throw new Error('nothing was done');
  for (const id of ids) {
    const entry = { ...template, id, because: 'never done' };
    const context = { shard: 0, servpack: servpackVersion, campaigns: {} };
    const draft = draftBlock(await archive.newest(0), true, [entry], context);
    const none = (async function* () {})();
    expect(await archive.append(0, draft, none, async () => true)).not.toBeNull();
  }
}

/** The id of the last entry, a number further. */
async function nextId(store: Store): Promise<string> {
  const [time, number] = ((await store.auditAfter(0, beforeAll, 99)).at(-1)?.id ?? '').split('-');
  return `${Number(time)}-${Number(number) + 1}`;
}

describe.each(stores)('a file that has more blocks than the head (%s)', (_name, open) => {
  test('is not believed while the server has lost nothing, and nothing is sealed until it is gone', async () => {
    const sealing = await sealedSteps(open);
    const { store } = sealing;
    const [path = ''] = sealing.files();
    const genuine = readFileSync(path, 'utf8');
    const state = await store.readSeal(0);
    await forgeBlocks(sealing, await nextId(store));
    const forged = readFileSync(path, 'utf8');
    await steps(store, 2, 'late');
    await expect(sealing.sealer.round()).rejects.toThrow(
      /hold block 2, Redis knows only block 1, and Redis has neither restarted nor changed its master/,
    );
    expect(await store.readSeal(0)).toEqual(state);
    expect(readFileSync(path, 'utf8')).toBe(forged);
    expect(forged.startsWith(genuine)).toBe(true);
    writeFileSync(path, forged.slice(0, forged.indexOf('\n', forged.indexOf('\n{"seal":1,') + 1) + 1));
    await sealing.sealer.round();
    expect(await sealing.verify()).toMatchObject({ faults: [], torn: [], chains: [{ blocks: 2 }] });
    expect(await becauses(sealing)).toEqual(['step 0', 'step 1', 'late 0', 'late 1']);
  });

  test.each(['9999999999999-0', '18446744073709551615-18446744073709551615', '18446744073709551616-0'])(
    'is not believed with an entry of a time that has not come, also after a restart: %s',
    async (id) => {
      const sealing = await sealedSteps(open);
      const { store, folder } = sealing;
      await forgeBlocks(sealing, id);
      const next = sealingFixture({ store, folder, wrapStore: restarted });
      await expect(next.sealer.round()).rejects.toThrow(/has not come yet|is no id of an entry/);
      // Every change goes on.
      await steps(store, 2, 'late');
      expect(await store.auditAfter(0, beforeAll, 9)).toHaveLength(4);
      expect((await sealing.verify()).faults[0]?.says).toMatch(/has not come yet|is no id of an entry/);
    },
  );

  test('is not believed when the server has other entries of that time, also after a restart', async () => {
    const sealing = await sealedSteps(open);
    const { store, folder } = sealing;
    await steps(store, 1, 'late');
    const [late] = (await store.auditAfter(0, beforeAll, 9)).slice(-1);
    await forgeBlocks(sealing, late?.id ?? '');
    const next = sealingFixture({ store, folder, wrapStore: restarted });
    await expect(next.sealer.round()).rejects.toThrow(`Redis has another entry ${late?.id} than the file`);
    expect(await store.readSeal(0)).toMatchObject({ head: { number: 1 } });
  });

  test('is not believed when its blocks do not follow the head, also after a restart', async () => {
    const sealing = await sealedSteps(open);
    const other = await sealedSteps(open, 'elsewhere');
    await forgeBlocks(other, await nextId(other.store));
    const next = sealingFixture({ store: sealing.store, folder: other.folder, wrapStore: restarted });
    await expect(next.sealer.round()).rejects.toThrow(/is there twice, and the two are not the same/);
  });
});

test('a file that is not believed keeps no other shard from sealing', async () => {
  const { store } = await openTestStore(testRedis(), 3);
  const sealing = sealingFixture({ store, shards: 3 });
  onTestFinished(async () => {
    sealing[Symbol.dispose]();
    await store.close();
  });
  await steps(store, 2);
  await sealing.sealer.round();
  const clients = Array.from({ length: 9 }, (_, n) => `pc-${n}`);
  await store.importFleet(
    clients.map((client) => clientOf(client)),
    { ...entry(''), to: 'imported' },
  );
  await storeFixture(store).admitted(
    'sp4',
    clients.map((client) => pick(client)),
  );
  await forgeBlocks(sealing, await nextId(store));
  await expect(sealing.sealer.round()).rejects.toThrow('the files of shard 0 hold block 2');
  const states = await Promise.all([0, 1, 2].map((shard) => store.readSeal(shard)));
  expect(states[0]).toMatchObject({ head: { number: 1 }, written: 1 });
  // All clients have one logon server, so they are at home in one shard.
  expect(new Set(states.slice(1).map(({ written }) => written))).toEqual(new Set([0, 1]));
});

test('a Redis knows by its process and its replication whether it may have lost something', async () => {
  const { store, url, prefix } = await openTestStore();
  const redis = new Redis(url);
  onTestFinished(async () => {
    redis.disconnect();
    await store.close();
  });
  using sealing = sealingFixture({ store });
  await steps(store, 1);
  await sealing.sealer.round();
  const run = await redis.hget(keysOf(prefix, 0).of('seal'), 'run');
  expect(run).toMatch(/^[0-9a-f]{40}\/[0-9a-f]{40}$/);
  expect(await store.redisRun(0)).toMatchObject({ isSame: true });
  await redis.hset(keysOf(prefix, 0).of('seal'), 'run', `${'0'.repeat(40)}/${run?.split('/')[1]}`);
  expect(await store.redisRun(0)).toMatchObject({ isSame: false });
  // After a restart the next round finds that the file is not ahead, so nothing was lost.
  await sealing.sealer.round();
  expect(await store.redisRun(0)).toMatchObject({ isSame: true });
  // As an earlier version left it.
  await redis.hdel(keysOf(prefix, 0).of('seal'), 'run');
  expect(await store.redisRun(0)).toMatchObject({ isSame: false });
  // By the clock of Redis: between two of its own answers.
  const secondsNow = async (): Promise<number> => Number((await redis.time())[0]);
  const before = await secondsNow();
  const { now } = await store.redisRun(0);
  const after = await secondsNow();
  expect([now / 1_000 >= before, now / 1_000 < after + 1]).toEqual([true, true]);
});
