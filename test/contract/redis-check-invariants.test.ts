import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import type { Violation } from '../../shared/store/safety-net.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { openTestStore } from './store/redis.ts';
import {
  at,
  deferred,
  later,
  noLease,
  parked,
  pausedState,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './store/words.ts';
import { makeWorld, type World } from './store/world.ts';

const campaign = 'sp4';
const key = { campaign, client: 'pc-1' };
const id = 'sp4.pc-1';

/** The keys by themselves, broken by hand. */
describe.each([1, 3])('an inspection, %i shards', (shards) => {
  let redis: Redis;
  let world: World;
  let keys: ReturnType<typeof keysOf>;
  const of = (...parts: Parameters<typeof keys.of>): string => keys.of(...parts);

  beforeEach(async () => {
    const place = testRedis();
    const { store } = await openTestStore(place, shards);
    world = makeWorld(store);
    redis = new Redis(place.url);
    // LS-1 is at home in shard 1 of 3.
    keys = keysOf(place.prefix, shards === 1 ? 0 : 1);
  });
  afterEach(async () => {
    await world.store.close();
    redis.disconnect();
  });

  async function pass(store: Store, limit = 100) {
    const findings: Violation[] = [];
    const recounted: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await store.checkInvariants(campaign, cursor, limit, later);
      findings.push(...page.findings);
      recounted.push(...page.recounted);
      ({ cursor } = page);
    }
    return { findings, recounted };
  }

  /** Finds just this, puts it right with an audit entry, and finds nothing the next time. */
  async function expectRepaired(found: Violation['found'], next: number | null = null): Promise<void> {
    const { findings } = await pass(world.store);
    expect(findings.map((each) => [each.key, each.found])).toEqual([[key, found]]);
    expect(findings[0]?.next?.activation ?? null).toBe(next);
    expect(await pass(world.store)).toEqual({ findings: [], recounted: [] });
    const [entry] = await world.store.audit(1, { client: 'pc-1' });
    expect(entry).toMatchObject({ who: 'inspection', campaign, client: 'pc-1' });
    expect(await world.store.counters(campaign)).toEqual(await recount(world.store, campaign));
    expect(await world.store.slotsInUse(campaign)).toEqual(await recountSlots(world.store, campaign));
  }

  it('finds nothing where nothing is wrong, in every index and every page', async () => {
    await world.admitted(campaign, picks(40, ['LS-1', 'LS-2', 'LS-3']));
    const begun = await Promise.all(
      picks(9).map(({ client }) => world.begun({ campaign, client }, { leaseMs: 60_000 })),
    );
    for (const each of begun.slice(0, 3))
      await world.commit(each, deferred(each.stored.upgrade), restUntil(later));
    for (const each of begun.slice(3, 6))
      await world.commit(each, settled(each.stored.upgrade), settledPlace);
    await world.change(campaign, pausedState);
    for (const each of begun.slice(6, 8)) await world.commit(each, each.stored.upgrade, parked);
    expect(await pass(world.store, 5)).toEqual({ findings: [], recounted: [] });
    await world.change(campaign, runningState());
    expect(await pass(world.store)).toEqual({ findings: [], recounted: [] });
  });

  it('puts one that is due back into its index, with its job', async () => {
    await world.admitted(campaign, picks(2));
    await redis.zrem(of('due'), id);
    await expectRepaired('inNoIndex', 1);
    expect((await world.begin(key)).kind).toBe('begun');
  });

  it('gives one that is due the due time of its record', async () => {
    await world.admitted(campaign, picks(2));
    await redis.zadd(of('due'), later * 2, id);
    await expectRepaired('otherDueTime', 1);
    expect(Number(await redis.zscore(of('due'), id))).toBe(at);
  });

  it('puts one that is driven back into its index: its lease ends again', async () => {
    await world.admitted(campaign, picks(2));
    await world.begun(key, { leaseMs: noLease });
    await redis.zrem(of('driven'), id);
    expect(await world.store.sweep(at, 0, 9)).toEqual([]);
    await expectRepaired('inNoIndex');
    expect(await world.store.sweep(at, 0, 9)).toMatchObject([{ key, found: 'leaseExpired' }]);
  });

  it('puts one that is parked back into its queue, where it is handed a slot', async () => {
    await world.admitted(campaign, picks(2));
    await world.change(campaign, pausedState);
    await world.begin(key);
    await redis.zrem(of('parked', campaign, 'LS-1'), 'pc-1');
    await redis.zrem(of('parkedServers', campaign), 'LS-1');
    await expectRepaired('inNoIndex');
    await world.change(campaign, runningState());
    expect((await world.store.queued(campaign, 9)).parked).toEqual([{ client: 'pc-1', logonServer: 'LS-1' }]);
  });

  it('puts one that is parked and finishing back into the line that a pause serves', async () => {
    await world.admitted(campaign, picks(2));
    await world.change(campaign, pausedState);
    await world.begin(key);
    await redis.hset(of('upgrade', id), 'f', '1');
    await expectRepaired('otherLine');
    expect(await redis.zscore(of('finishing', campaign, 'LS-1'), 'pc-1')).toBe(String(at));
  });

  it('leaves one that is in two indexes in that of its record', async () => {
    await world.admitted(campaign, picks(2));
    await redis.zadd(of('parked', campaign, 'LS-1'), at, 'pc-1');
    await redis.zadd(of('parkedServers', campaign), at, 'LS-1');
    await expectRepaired('inSeveral', 1);
    expect(await redis.exists(of('parked', campaign, 'LS-1'), of('parkedServers', campaign))).toBe(0);
  });

  it('moves one that is in another index than its record says', async () => {
    await world.admitted(campaign, picks(2));
    await redis.zrem(of('due'), id);
    await redis.zadd(of('driven'), later * 2, id);
    await expectRepaired('inAnother', 1);
  });

  it('puts one that waits back into its queue, at the end', async () => {
    await world.campaign(campaign, picks(3), runningState());
    await redis.zrem(of('waiting', campaign, 0, 'LS-1'), 'pc-1');
    await expectRepaired('inNoIndex');
    const { waiting } = await world.store.queued(campaign, 9);
    expect(waiting.map(({ client }) => client)).toEqual(['pc-2', 'pc-3', 'pc-1']);
  });

  it('claims one that nobody claims', async () => {
    await world.admitted(campaign, picks(2));
    await redis.hdel(of('claims'), 'pc-1');
    await expectRepaired('noClaim', 1);
    expect(await world.store.claimOf('pc-1')).toBe(campaign);
  });

  it('forgets claim and index of one that has settled', async () => {
    await world.admitted(campaign, picks(2));
    const begun = await world.begun(key);
    await world.commit(begun, settled(begun.stored.upgrade), settledPlace);
    await redis.zadd(of('due'), at, id);
    await redis.hset(of('claims'), 'pc-1', campaign);
    await expectRepaired('indexedThoughSettled');
    expect(await world.store.claimOf('pc-1')).toBeNull();
  });

  it('begins anew with one whose record is gone, and counts slots and counters anew', async () => {
    await world.admitted(campaign, picks(3));
    await redis.del(of('upgrade', id));
    expect(await world.store.sweep(later, 0, 9)).toHaveLength(2);
    expect(await pass(world.store)).toMatchObject({
      findings: [{ key, found: 'noRecord', next: null }],
      // Its wave is not known any more.
      recounted: ['slots', 'counters'],
    });
    expect(await world.stored(key)).toMatchObject({ index: 'parked', holdsSlots: false });
    expect(await world.store.admit(campaign, [{ client: 'pc-1', logonServer: 'LS-1' }], later)).toHaveLength(
      1,
    );
    await expect(world.begun(key, { at: later })).resolves.toMatchObject({ stored: { activation: 1 } });
    expect(await world.store.counters(campaign)).toEqual(await recount(world.store, campaign));
    expect(await world.store.slotsInUse(campaign)).toEqual(await recountSlots(world.store, campaign));
  });

  it('counts slots and counters anew when they are wrong', async () => {
    await world.admitted(campaign, picks(3));
    await redis.hincrby(of('slots', campaign), '*', 2);
    await redis.hset(of('slots', campaign), 'LS-7', 1);
    await redis.hincrby(of('counters', campaign), 'state|0|LS-1|active', -1);
    expect(await pass(world.store)).toEqual({ findings: [], recounted: ['slots', 'counters'] });
    expect(await world.store.counters(campaign)).toEqual(await recount(world.store, campaign));
    expect(await world.store.slotsInUse(campaign)).toEqual(await recountSlots(world.store, campaign));
    expect(await pass(world.store)).toEqual({ findings: [], recounted: [] });
  });

  it('is not held up, and nor is the sweep, by an index that points to nothing', async () => {
    await world.admitted(campaign, picks(2));
    await redis.zadd(of('due'), 1, 'sp4.nobody');
    await redis.zadd(of('driven'), 1, 'sp4.nobody');
    expect(await world.store.sweep(later, 0, 9)).toHaveLength(2);
    expect(await redis.zscore(of('due'), 'sp4.nobody')).toBeNull();
    expect(await redis.zscore(of('driven'), 'sp4.nobody')).toBeNull();
  });

  it('changes nothing under an older leader', async () => {
    await world.admitted(campaign, picks(2));
    await world.store.sweep(at, 0, 9, 0, 200);
    await redis.zrem(of('due'), id);
    expect(
      (await world.store.checkInvariants(campaign, shards === 1 ? '' : '1:0', 9, later, 100)).findings,
    ).toEqual([]);
    await expectRepaired('inNoIndex', 1);
  });
});
