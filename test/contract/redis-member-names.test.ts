import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { campaignOf, entry, pick, runningState } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { joinFleet } from './store/store-fixture.ts';

const namesOf = async (store: Store): Promise<readonly string[]> => {
  const { members } = await store.membersByName('sp4', { after: null, limit: 999 });
  return members.map((found) => (found.kind === 'waiting' ? found.pick.client : found.stored.key.client));
};

test.each([1, 3])(
  'a campaign that an earlier version made gets its order of names at the first list: %i shards',
  async (count) => {
    const place = testRedis();
    const { store } = await openTestStore(place, count);
    const redis = new Redis(place.url);
    const clients = Array.from({ length: 300 }, (_, n) => pick(`pc-${n + 100}`, `LS-${n % 7}`));
    const joining = [pick('pc-050'), pick('pc-999')];
    await joinFleet(store, [...clients, ...joining]);
    const campaign = { ...campaignOf('sp4', runningState()), waveSizes: [clients.length] };
    await store.createCampaign(campaign, clients, entry('sp4'));
    for (let shard = 0; shard < count; shard += 1) {
      const keys = keysOf(place.prefix, shard);
      await redis.del(keys.of('memberNames', 'sp4'), keys.of('memberNameParts', 'sp4'));
    }
    // What joins before there is an order is in it, too.
    const record = await store.readCampaign('sp4');
    const steps = joining.map((to) => ({ from: null, to, because: 'joined' }));
    await store.changeMembers(record?.campaign ?? campaign, record?.version ?? 0, entry('sp4'), steps);
    const all = ['pc-050', ...clients.map(({ client }) => client), 'pc-999'];
    expect(await namesOf(store)).toEqual(all);
    expect(await redis.exists(keysOf(place.prefix, 0).of('memberNames', 'sp4'))).toBe(1);
    expect(await namesOf(store)).toEqual(all);
    redis.disconnect();
    await store.close();
  },
);

test('the order of names takes few bytes for each client', async () => {
  const place = testRedis();
  const { store } = await openTestStore(place);
  const redis = new Redis(place.url);
  const clients = Array.from({ length: 20_000 }, (_, n) => pick(`pc-${100_000 + n}`));
  await joinFleet(store, clients);
  const campaign = { ...campaignOf('sp4', runningState()), waveSizes: [clients.length] };
  await store.createCampaign(campaign, clients, entry('sp4'));
  const keys = keysOf(place.prefix, 0);
  const sizes = await Promise.all(
    [keys.of('memberNames', 'sp4'), keys.of('memberNameParts', 'sp4')].map((key) =>
      redis.memory('USAGE', key, 'SAMPLES', 0),
    ),
  );
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  expect(bytes / clients.length).toBeLessThan(20);
  redis.disconnect();
  await store.close();
});
