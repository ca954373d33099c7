import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { evaluateCampaign } from '../../orchestrator/rounds/run-campaigns.ts';
import { noMembers } from '../../shared/domain/campaign/membership.ts';
import { changingMembers, type MemberStep } from '../../shared/store/member-changes.ts';
import { changeMembersIn } from '../../shared/store/redis/campaigns/change-members.ts';
import { shardsOf } from '../../shared/store/redis/sharding/shards.ts';
import { testRedis } from '../environment/redis.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { recount } from '../twin/recount.ts';
import { all, at, campaignOf, entry, pick, runningState } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { joinFleet } from './store/store-fixture.ts';

test.each([1, 3])(
  'a process that dies while clients join leaves a change that the leader ends, with the right sizes: %i shards',
  async (count) => {
    const place = testRedis();
    const { store } = await openTestStore(place, count);
    const redis = new Redis(place.url);
    const shards = shardsOf(redis, place.prefix, count);
    const first = [pick('pc-1', 'LS-1'), pick('pc-2', 'LS-2')];
    const others = Array.from({ length: 30 }, (_, n) => pick(`new-${n}`, `LS-${(n % 3) + 1}`));
    await joinFleet(store, [...first, ...others]);
    const campaign = { ...campaignOf('sp4', runningState()), waveSizes: [2], members: noMembers };
    await store.createCampaign(campaign, first, entry('sp4'));
    const steps = others.map((to): MemberStep => ({ from: null, to, because: 'joined' }));

    // The change begins, and the process dies after a part of the clients of one shard.
    await store.commitCampaign(changingMembers(campaign, 1, steps, at), 1, entry('sp4'));
    const homes = await shards.directory.shardsOf(others.map(({ client }) => client));
    const own = steps.filter((_, n) => homes[n] === shards.all.at(-1)).slice(0, 5);
    const piece = { version: 2, first: 0, audit: entry('sp4') };
    expect(await changeMembersIn(shards.all.at(-1) ?? shards.head, piece, own)).toEqual(own.map(() => true));

    // Meanwhile no gate decides, and the campaign does not end.
    const evaluated = async (now: number) => {
      const record = await store.readCampaign('sp4');
      if (record === null) throw new Error('no campaign');
      const context = contextOver(store, standingClock(now), keepingDispatcher([]));
      return (await evaluateCampaign(context, record)).record;
    };
    expect((await evaluated(at + 1_000)).campaign).toMatchObject({
      waveSizes: [32],
      memberChange: { id: 2 },
    });
    const after = await evaluated(at + 60_000);
    expect(after.campaign).toMatchObject({ waveSizes: [2 + own.length], members: { joined: own.length } });
    expect(after.campaign).not.toHaveProperty('memberChange');
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));

    // What the dead process still had under way comes too late.
    expect(await changeMembersIn(shards.head, piece, steps.slice(6, 9))).toBeNull();
    // The change is made again as a whole: who has joined does not join twice.
    const again = await store.changeMembers(after.campaign, after.version, entry('sp4'), steps);
    expect(again?.passedOver).toHaveLength(own.length);
    expect(again?.record.campaign).toMatchObject({ waveSizes: [32], members: { joined: 30 } });
    expect(await all(store.members('sp4'))).toHaveLength(32);
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    await redis.quit();
    await store.close();
  },
);
