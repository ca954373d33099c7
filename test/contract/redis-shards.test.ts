import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fault } from '../../shared/errors.ts';
import { recordsFormat } from '../../shared/store/redis/sharding/shards.ts';
import { servpackVersion } from '../../shared/version.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { parseRedisUrl } from '../../shared/redis/redis-url.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { openTestStore } from './store/open-test-store.ts';
import {
  all,
  at,
  campaignOf,
  clientOf,
  entry,
  pausedState,
  pick,
  picks,
  runningState,
  settled,
  settledPlace,
} from './store/fixtures.ts';
import { joinFleet, storeFixture, type StoreFixture } from './store/store-fixture.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

const campaign = 'sp4';
/** Logon servers whose clients are at home in shards 1, 2 and 0 of three. */
const servers = ['LS-1', 'LS-2', 'LS-3'];

describe('a store over three shards', () => {
  const place = testRedis;
  let redis: Redis;
  let store: Store;
  let fixture: StoreFixture;
  let where: ReturnType<typeof testRedis>;

  beforeEach(async () => {
    where = place();
    ({ store } = await openTestStore(where, 3));
    fixture = storeFixture(store);
    redis = new Redis(where.url);
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });
  const keyIn = (shard: number, ...parts: Parameters<ReturnType<typeof keysOf>['of']>): string =>
    keysOf(where.prefix, shard).of(...parts);

  it('is opened by the number that it was first opened with, and by no other', async () => {
    const other = await openRedisStore({ ...where, shards: 4 });
    expect(other).toMatchObject({
      ok: false,
      error: {
        code: 'redis.shards',
        message: `the records of ${where.prefix} lie in 3 shards, not in 4; set SERVPACK_SHARDS to 3`,
      },
    });
    const older = testRedis();
    await redis.hset(keysOf(older.prefix, 0).of('fleet'), 'pc-1', '[]');
    expect(await openRedisStore({ ...older, shards: 2 })).toMatchObject({
      ok: false,
      error: { message: `the records of ${older.prefix} lie in 1 shard, not in 2; set SERVPACK_SHARDS to 1` },
    });
  });

  it('is not opened by a servpack that is older than its records, and nothing is changed', async () => {
    const format = keyIn(0, 'format');
    expect(await redis.get(format)).toBe(String(recordsFormat));
    await redis.set(format, recordsFormat + 1);
    for (const shards of [3, 4])
      expect(await openRedisStore({ ...where, shards })).toEqual({
        ok: false,
        error: fault(
          'redis.format',
          `the records of ${where.prefix} have format ${recordsFormat + 1}, which a newer servpack has written; ` +
            `servpack ${servpackVersion} knows formats up to ${recordsFormat}. ` +
            'Start the newer one, or restore a backup of before the upgrade',
        ),
      });
    expect(await redis.get(format)).toBe(String(recordsFormat + 1));
    // Records from before the format number was kept.
    await redis.del(format);
    const opened = unwrapped(await openRedisStore({ ...where, shards: 3 }));
    await opened.close();
    expect(await redis.get(format)).toBe(String(recordsFormat));
  });

  it('keeps a client where it was first imported, wherever it roams', async () => {
    await store.importFleet([clientOf('pc-1', { logonServer: 'LS-1' })]);
    for (const logonServer of ['LS-2', 'LS-3', 'LS-1', 'LS-2'])
      await store.importFleet([clientOf('pc-1', { logonServer })]);
    expect((await store.readClient('pc-1'))?.logonServer).toBe('LS-2');
    const [admitted] = await fixture.admitted(campaign, [pick('pc-1', 'LS-2')]);
    expect(admitted?.shard).toBe(1);
    // Another process, whose shard directory is empty.
    const second = (await openTestStore(where, 3)).store;
    expect((await second.readUpgrade({ campaign, client: 'pc-1' }))?.upgrade.logonServer).toBe('LS-2');
    expect(await second.claimOf('pc-1')).toBe(campaign);
    await second.close();
  });

  it('writes a pause to every shard before the call returns', async () => {
    await fixture.campaign(campaign, picks(3, servers), runningState());
    await fixture.change(campaign, pausedState);
    for (const shard of [0, 1, 2])
      expect(await redis.hmget(keyIn(shard, 'campaign', campaign), 'version', 'status')).toEqual([
        '2',
        'paused',
      ]);
  });

  it('writes the held logon servers to every shard, also at the creation of a campaign', async () => {
    await joinFleet(store, picks(3, servers));
    const holds = [{ logonServer: 'LS-2', by: 'anna', because: 'phones', at }];
    const held = { ...campaignOf(campaign, runningState()), holds };
    expect((await store.createCampaign(held, picks(3, servers), entry(campaign))).ok).toBe(true);
    const inEach = () =>
      Promise.all([0, 1, 2].map((n) => redis.hget(keyIn(n, 'campaign', campaign), 'held')));
    expect(await inEach()).toEqual([';LS-2;', ';LS-2;', ';LS-2;']);
    await fixture.hold(campaign, ['LS-1', 'LS-2']);
    expect(await inEach()).toEqual([';LS-1;LS-2;', ';LS-1;LS-2;', ';LS-1;LS-2;']);
    await fixture.hold(campaign, []);
    expect(await inEach()).toEqual(['', '', '']);
  });

  it('gives no part of the budget to the clients of a held logon server', async () => {
    const budgets = { active: 4, perLogonServer: 4 };
    await fixture.campaign(campaign, picks(20, ['LS-1', 'LS-2']), runningState(), budgets);
    const quotas = () => Promise.all([1, 2].map((n) => redis.hget(keyIn(n, 'campaign', campaign), 'quota')));
    expect(await quotas()).toEqual(['2', '2']);
    await fixture.hold(campaign, ['LS-1']);
    expect(await quotas()).toEqual(['0', '4']);
  });

  it('names a shard that could not be reached, and updates it in the next round', async () => {
    await fixture.campaign(campaign, picks(3, servers), runningState());
    const replica = keyIn(2, 'campaign', campaign);
    const kept = await redis.hgetall(replica);
    // A shard that refuses stands for one that does not answer.
    await redis.del(replica);
    await redis.set(replica, 'in the way');
    const paused = store.commitCampaign(campaignOf(campaign, pausedState), 1, entry(campaign));
    await expect(paused).rejects.toThrow(StoreUnavailable);
    await expect(paused).rejects.toThrow('campaign sp4 is now paused, but shard 2 could not be reached');
    await redis.del(replica);
    await redis.hset(replica, kept);
    expect(await store.repairReplicas()).toEqual([campaign]);
    expect(await redis.hget(replica, 'status')).toBe('paused');
    expect(await store.repairReplicas()).toEqual([]);
  });

  it('never writes an older version over a newer one', async () => {
    await fixture.campaign(campaign, picks(3, servers), runningState());
    await redis.hset(keyIn(1, 'campaign', campaign), 'version', 9, 'status', 'ended');
    await fixture.change(campaign, pausedState);
    expect(await redis.hmget(keyIn(1, 'campaign', campaign), 'version', 'status')).toEqual(['9', 'ended']);
  });

  it('shows nothing of a campaign whose creation broke off between the shards, and uses its name again', async () => {
    await joinFleet(store, picks(60, servers));
    // Shard 1 is published by then; shard 2 refuses, as if the writer had died between them.
    await redis.set(keyIn(2, 'campaign', campaign), 'in the way');
    const create = store.createCampaign(
      campaignOf(campaign, runningState()),
      picks(60, servers),
      entry(campaign),
    );
    await expect(create).rejects.toThrow('WRONGTYPE');
    await redis.del(keyIn(2, 'campaign', campaign));
    expect(await redis.hlen(keyIn(1, 'members', campaign))).toBe(20);
    expect(await store.campaigns()).toEqual([]);
    expect(await store.readCampaign(campaign)).toBeNull();
    await fixture.campaign(campaign, picks(3, servers), runningState());
    expect(await all(store.waiting(campaign))).toHaveLength(3);
    expect(Object.values(await store.counters(campaign)).reduce((sum, each) => sum + each, 0)).toBe(3);
    expect((await store.queued(campaign, 99)).waiting).toHaveLength(3);
  });

  it('refuses a campaign with a client that the fleet does not have', async () => {
    await joinFleet(store, [pick('pc-1')]);
    const created = await store.createCampaign(
      campaignOf(campaign, runningState()),
      picks(2),
      entry(campaign),
    );
    expect(created).toMatchObject({
      ok: false,
      error: { code: 'campaign.unknownClient', message: 'client pc-2 is not in the fleet' },
    });
  });

  it('serves every shard with a budget of one', async () => {
    const clients = picks(6, servers);
    await fixture.campaign(campaign, clients, runningState(), { active: 1, perLogonServer: 9 });
    const served: string[] = [];
    for (let round = 0; round < 20 && served.length < clients.length; round += 1) {
      const record = await store.readCampaign(campaign);
      if (record !== null) await store.shareBudget(record);
      const { waiting } = await store.queued(campaign, 9);
      for (const { key } of await store.admit(campaign, waiting, at)) {
        const begun = await fixture.begun(key);
        expect((await store.slotsInUse(campaign)).active).toBe(1);
        await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
        served.push(key.client);
      }
    }
    expect(served.toSorted()).toEqual(clients.map(({ client }) => client));
    expect(new Set(served.slice(0, 3).map((client) => (Number(client.slice(3)) - 1) % 3)).size).toBe(3);
  });
});

describe('the URL of Redis', () => {
  it.each([
    ['redis://u:secret@h:1/2', 'h:1'],
    ['rediss://h', 'h:6379'],
    ['redis+sentinel://u:se%40cret@a:1,b/fleet/3', 'fleet (Sentinel a:1,b)'],
    ['rediss+sentinel://:secret@a/fleet', 'fleet (Sentinel a)'],
    ['redis+cluster://:secret@a:1,b:2', 'a:1,b:2'],
    ['redis+cluster://[::1]:7000,h', '[::1]:7000,h'],
  ])('%s is read, and shown without what is secret', (url, where) => {
    const read = parseRedisUrl(url);
    expect(read?.where).toBe(where);
    expect(JSON.stringify(read?.where)).not.toContain('secret');
  });

  it('gives user, password, nodes, master and database', () => {
    expect(parseRedisUrl('redis+sentinel://u:se%40cret@a:1,b/fleet/3')).toMatchObject({
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      user: 'u',
      password: 'se@cret',
      master: 'fleet',
      database: 3,
    });
    expect(parseRedisUrl('rediss://u:100%25@[::1]:7/2')).toMatchObject({
      kind: 'single',
      tls: true,
      where: '[::1]:7',
      nodes: [{ host: '::1', port: 7 }],
      user: 'u',
      password: '100%',
      database: 2,
    });
    expect(parseRedisUrl('rediss+cluster://a,[::1]:7')).toMatchObject({
      kind: 'cluster',
      tls: true,
      nodes: [
        { host: 'a', port: 6_379 },
        { host: '::1', port: 7 },
      ],
    });
  });

  it.each([
    'redis+sentinel://a:1',
    'redis+sentinel://a:1/',
    'redis+cluster://a:1/2',
    'redis+cluster://',
    'redis+cluster://a:x',
    'redis+other://a:1',
    'redis+cluster://%:x%@a',
    // ioredis issue 380: the library reads a % that begins no escape as it likes.
    'redis://:100%secure@a',
    'redis+sentinel://:100%secure@a/fleet',
    // Options in a query would be taken by the library and are read by nobody else.
    'redis://a:1/2?db=3',
    'redis://a/2#3',
    'redis://u:12#x@a',
    'redis://a,b',
    'redis://a:0',
    'redis://a:65536',
    'redis+cluster://a:99999',
  ])('%s is none', (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });
});
