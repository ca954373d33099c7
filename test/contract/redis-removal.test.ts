import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { removeClients } from '../../shared/store/redis/campaigns/remove-campaign.ts';
import { shardsOf } from '../../shared/store/redis/sharding/shards.ts';
import { testRedis } from '../environment/redis.ts';
import { all, at, campaignOf, entry, picks, runningState } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { storeFixture } from './store/store-fixture.ts';

const removal = { kind: 'archive', by: 'anna', because: 'over', at } as const;
const servers = ['LS-1', 'LS-2', 'LS-3'];

/** Every key that names the campaign, in any shard. */
async function keysNaming(redis: Redis, prefix: string, campaign: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of redis.scanStream({ match: `{${prefix}:*`, count: 10_000 }))
    found.push(...(page as string[]));
  const named = new RegExp(`:${campaign}(?:$|[:.])`);
  return found.filter((key) => named.test(key)).sort();
}

test.each([1, 3])(
  'a removal that breaks off leaves the name taken, and is ended by another one: %i shards',
  async (shards) => {
    const place = testRedis();
    const { store } = await openTestStore(place, shards);
    const redis = new Redis(place.url);
    const fixture = storeFixture(store);
    const clients = picks(900, servers);
    await fixture.admitted('sp4', clients, { active: 9_000, perLogonServer: 9_000 });
    await fixture.campaign('sp44', picks(1_000, servers).slice(900), runningState());
    const record = await store.readCampaign('sp4');
    const campaign = { ...(record?.campaign ?? campaignOf('sp4', runningState())), removal };
    await store.commitCampaign(campaign, record?.version ?? 0, entry('sp4'));
    const kept = await keysNaming(redis, place.prefix, 'sp44');

    // In the last shard something is in the way, after its clients are gone.
    const inTheWay = keysOf(place.prefix, shards - 1).of('servers', 'sp4');
    await redis.rename(inTheWay, 'aside');
    await redis.set(inTheWay, 'in the way');
    await expect(store.removeCampaign('sp4', entry('sp4'))).rejects.toThrow('WRONGTYPE');
    await redis.rename('aside', inTheWay);

    expect((await store.readCampaign('sp4'))?.campaign.removal).toEqual(removal);
    expect(await all(store.upgrades('sp4'))).toEqual([]);
    const again = await store.createCampaign(campaignOf('sp4', runningState()), [], entry('sp4'));
    expect(again).toMatchObject({ ok: false, error: { code: 'campaign.taken' } });
    expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(true);
    expect(await keysNaming(redis, place.prefix, 'sp4')).toEqual([]);
    expect(await keysNaming(redis, place.prefix, 'sp44')).toEqual(kept);
    for (let shard = 0; shard < shards; shard += 1) {
      const keys = keysOf(place.prefix, shard);
      expect(await redis.zcard(keys.of('due'))).toBe(0);
      expect(await redis.hlen(keys.of('claims'))).toBe(0);
    }
    redis.disconnect();
    await store.close();
  },
);

test('no script of a removal removes more than 100 clients, so that Redis answers others meanwhile', async () => {
  const place = testRedis();
  const { store } = await openTestStore(place);
  const redis = new Redis(place.url);
  const fixture = storeFixture(store);
  await fixture.admitted('sp4', picks(1_100, servers), { active: 9_000, perLogonServer: 9_000 });
  const record = await store.readCampaign('sp4');
  const campaign = { ...(record?.campaign ?? campaignOf('sp4', runningState())), removal };
  await store.commitCampaign(campaign, record?.version ?? 0, entry('sp4'));
  const { head } = shardsOf(redis, place.prefix, 1);
  const sizes: unknown[] = [];
  const run: typeof head.run = async (...asked) => {
    const removed = await head.run(...asked);
    sizes.push(removed);
    return removed;
  };
  await removeClients({ ...head, run }, 'sp4');
  expect(sizes.reduce((sum: number, size) => sum + Number(size), 0)).toBe(1_100);
  expect(sizes.filter((size) => Number(size) > 100)).toEqual([]);
  redis.disconnect();
  await store.close();
});
