import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recount } from '../../shared/store/redis/integrity/check-invariants.ts';
import type { Shard } from '../../shared/store/redis/core/shard.ts';
import { shardsOf } from '../../shared/store/redis/sharding/shards.ts';
import { testRedis } from '../environment/redis.ts';
import { recount as sumOfRecords } from '../twin/recount.ts';
import { at, deferred, picks, restUntil, later } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { storeFixture, type StoreFixture } from './store/store-fixture.ts';

/** A recount reads counters and records one after the other, while drivers go on. */
const campaign = 'sp4';
const asked = { campaign, limit: 100, at, leader: undefined };
let redis: Redis;
let fixture: StoreFixture;
let shard: Shard;

beforeEach(async () => {
  const place = testRedis();
  fixture = storeFixture((await openTestStore(place, 1)).store);
  redis = new Redis(place.url);
  shard = shardsOf(redis, place.prefix, 1).all[0];
  await fixture.admitted(campaign, picks(3));
});
afterEach(async () => {
  await fixture.store.close();
  redis.disconnect();
});

/** The shard; `after` happens when the counters have been read. */
const interrupted = (after: () => Promise<void>): Shard => {
  const hgetall = async (name: string) => {
    const read = await redis.hgetall(name);
    if (name === shard.keys.of('counters', campaign)) await after();
    return read;
  };
  const spied = new Proxy(redis, {
    get: (target, name) => {
      if (name === 'hgetall') return hgetall;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...shard, redis: spied };
};

test('a commit between the two is no difference, and nothing is said of one', async () => {
  const begun = await fixture.begun({ campaign, client: 'pc-1' }, { leaseMs: 60_000 });
  const commits = async (): Promise<void> =>
    void (await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later)));
  expect(await recount(interrupted(commits), asked)).toEqual([]);
  expect(await fixture.store.counters(campaign)).toEqual(await sumOfRecords(fixture.store, campaign));
});

test('what was counted before Redis lost a second is not taken, though the versions are the same', async () => {
  await redis.hincrby(shard.keys.of('counters', campaign), 'marked', 1);
  // The same versions, and another history: the newest audit entry is another one.
  const losesASecond = async (): Promise<void> => {
    const [newest] = await redis.xrevrange(shard.keys.of('audit'), '+', '-', 'COUNT', 1);
    await redis.xdel(shard.keys.of('audit'), newest?.[0] ?? '');
  };
  expect(await recount(interrupted(losesASecond), asked)).toEqual([]);
  // The next pass counts again.
  expect(await recount(shard, asked)).toEqual(['counters']);
  expect(await fixture.store.counters(campaign)).toEqual(await sumOfRecords(fixture.store, campaign));
});
