import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyNames, keysOf } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { filesBelow, linesOf } from '../architecture/imports.ts';
import { campaigns, newRun, someSteps } from './store/random-steps.ts';
import { openTestStore } from './store/open-test-store.ts';
import { all, campaignOf, clientOf, entry, message, picks } from './store/fixtures.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

const adapter = 'shared/store/redis';

describe('the keys of the store in Redis', () => {
  let redis: Redis;
  let store: Store;
  let prefix: string;
  let url: string;

  beforeEach(async () => {
    const opened = await openTestStore();
    ({ store, prefix, url } = opened);
    redis = new Redis(url);
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  const keysThere = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const page of redis.scanStream({ match: `*${prefix}*`, count: 1_000 }))
      found.push(...(page as string[]));
    // The format, the number of shards and the identity are written when the store is opened.
    return found.filter((key) => !/:(?:format|shards|identity)$/.test(key)).sort();
  };

  it('lie in one Cluster slot and have declared names, after any steps', async () => {
    const given = [
      [1, '{fleet:3}:upgrade:sp4.pc-1'],
      ['LS-1', '{fleet:3}:parked:sp4:LS-1'],
    ];
    const keys = keysOf('fleet', 3);
    expect([keys.of('upgrade', 'sp4.pc-1'), keys.of('parked', 'sp4', 'LS-1')]).toEqual(
      given.map(([, key]) => key),
    );

    const run = await newRun(store);
    await store.importFleet([clientOf('pc-1')]);
    const release = { release: 'r', product: 'p', servicePack: 1, files: [] };
    await store.stageRelease(release, { sha256: 'sha', text: 'x' }, entry('sp3'));
    for (const step of fc.sample(someSteps, { seed: 7, numRuns: 5 }).flat()) await step(run);
    await store.deliver('pc-1', message, run.now);
    const names = new Set<string>();
    for (const key of await keysThere()) {
      expect(key.startsWith(`{${prefix}:0}:`)).toBe(true);
      expect([key, await redis.ttl(key)]).toEqual([key, -1]);
      names.add(key.split(':')[2] ?? '');
    }
    expect(Object.keys(keyNames)).toEqual(expect.arrayContaining([...names]));
    expect(names.size).toBeGreaterThan(14);
  });

  it('appear in scripts only under declared names', () => {
    const sources = [...filesBelow(adapter, '.lua'), ...filesBelow(adapter)];
    const called = sources
      .flatMap((file) => linesOf(file))
      .flatMap((line) => [...line.matchAll(/\bkey\('(\w+)'/g)])
      .map(([, name]) => name);
    expect(called.length).toBeGreaterThan(50);
    expect(Object.values(keyNames)).toEqual(expect.arrayContaining([...new Set(called)]));
  });

  it('hold every upgrade that has a record in exactly the index that it names, after any steps', async () => {
    await fc.assert(
      fc.asyncProperty(someSteps, async (steps) => {
        const fresh = await openTestStore();
        const run = await newRun(fresh.store);
        for (const step of steps) await step(run);
        for (const campaign of campaigns) {
          for (const stored of await all(fresh.store.upgrades(campaign))) {
            const index = stored.index === 'settled' ? [] : [stored.index];
            expect(await indexesOf(fresh.prefix, stored)).toEqual(index);
          }
        }
        await fresh.store.close();
      }),
      { seed: 20_261_122, numRuns: 25 },
    );
  });

  async function indexesOf(of: string, { key, upgrade }: StoredUpgrade): Promise<readonly string[]> {
    const keys = keysOf(of, 0);
    const id = `${key.campaign}.${key.client}`;
    const scores = {
      due: await redis.zscore(keys.of('due'), id),
      driven: await redis.zscore(keys.of('driven'), id),
      parked: await redis.zscore(keys.of('parked', key.campaign, upgrade.logonServer), key.client),
    };
    return Object.entries(scores).flatMap(([index, score]) => (score === null ? [] : [index]));
  }

  it('leave nothing that blocks a name when the creation of a campaign breaks off', async () => {
    const doomed = await openTestStore({ url, prefix });
    const campaign = campaignOf('sp4', { status: 'created' });
    const creation = doomed.store.createCampaign(campaign, picks(60_000, ['LS-1', 'LS-2']), entry('sp4'));
    const end = creation.catch((error: unknown) => error);
    await expect.poll(keysThere, { interval: 2 }).not.toEqual([]);
    expect(await store.campaigns()).toEqual([]);
    expect(await store.readCampaign('sp4')).toBeNull();
    await doomed.store.close();
    expect(await end).toBeInstanceOf(StoreUnavailable);
    const left = await keysThere();
    expect(left.length).toBeGreaterThan(0);
    for (const key of left) expect(await redis.ttl(key)).toBeGreaterThan(0);
    expect(await store.createCampaign(campaign, picks(2), entry('sp4'))).toMatchObject({ ok: true });
    expect(await store.counters('sp4')).toEqual({ 'state|0|LS-1|waiting': 2 });
  });

  /** Removes a field, as if a Redis that took over, or was restarted, had lost it. */
  const loseOne = async (hash: string, field: string): Promise<void> => {
    // One command finds the key: a scan of a busy Redis would find it after the import has ended.
    const lose = async (): Promise<number> => {
      const [key] = (await redis.keys(`{${prefix}:0}:staging:*`)).filter((each) => each.endsWith(hash));
      return key === undefined ? 0 : redis.hdel(key, field);
    };
    await expect.poll(lose, { interval: 2 }).toBe(1);
  };

  it('lose no client when Redis loses a part of a staged fleet', async () => {
    await store.importFleet([clientOf('old')]);
    const many = Array.from({ length: 20_000 }, (_, n) => clientOf(`pc-${n}`));
    const imported = store.importFleet(many);
    await loseOne('', 'old');
    expect(await imported).toEqual({ added: 20_000, changed: 0, total: 20_001 });
    expect(await store.readClient('old')).toEqual(clientOf('old'));
    expect((await keysThere()).filter((key) => key.includes(':staging:'))).toEqual([]);
  });

  it('lose no client when Redis loses a part of a staged campaign', async () => {
    const clients = picks(30_000, ['LS-1', 'LS-2']);
    const [first] = clients;
    const creation = store.createCampaign(campaignOf('sp4', { status: 'created' }), clients, entry('sp4'));
    await loseOne('members', first?.client ?? '');
    expect(await creation).toMatchObject({ ok: true });
    expect(await redis.hlen(keysOf(prefix, 0).of('members', 'sp4'))).toBe(30_000);
    expect(await store.counters('sp4')).toEqual({
      'state|0|LS-1|waiting': 15_000,
      'state|0|LS-2|waiting': 15_000,
    });
  });

  it('show a fleet import whole or not at all', async () => {
    await store.importFleet([clientOf('old')]);
    const reader = (await openTestStore({ url, prefix })).store;
    let isDone = false;
    const sizes = new Set<number>();
    const imported = store
      .importFleet(Array.from({ length: 20_000 }, (_, n) => clientOf(`pc-${n}`)))
      .finally(() => (isDone = true));
    while (!isDone) sizes.add(await reader.fleetSize());
    expect(await imported).toEqual({ added: 20_000, changed: 0, total: 20_001 });
    expect(sizes).toContain(1);
    expect([...sizes].filter((size) => size !== 1 && size !== 20_001)).toEqual([]);
    await reader.close();
  });
});
