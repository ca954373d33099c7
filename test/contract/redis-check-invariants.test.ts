import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import type { Violation } from '../../shared/store/safety-net.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { openTestStore } from './store/open-test-store.ts';
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
} from './store/fixtures.ts';
import { storeFixture, type StoreFixture } from './store/store-fixture.ts';

const campaign = 'sp4';
const key = { campaign, client: 'pc-1' };
const id = 'sp4.pc-1';

/** Each test breaks keys directly in Redis. */
describe.each([1, 3])('checkInvariants, %i shards', (shards) => {
  let redis: Redis;
  let fixture: StoreFixture;
  let keys: ReturnType<typeof keysOf>;
  const of = (...parts: Parameters<typeof keys.of>): string => keys.of(...parts);

  beforeEach(async () => {
    const place = testRedis();
    const { store } = await openTestStore(place, shards);
    fixture = storeFixture(store);
    redis = new Redis(place.url);
    // LS-1 is at home in shard 1 of 3.
    keys = keysOf(place.prefix, shards === 1 ? 0 : 1);
  });
  afterEach(async () => {
    await fixture.store.close();
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

  /**
   * Expects one violation, repaired with an audit entry, and none the next time.
   */
  async function expectRepaired(found: Violation['found'], next: number | null = null): Promise<void> {
    const { findings } = await pass(fixture.store);
    expect(findings.map((each) => [each.key, each.found])).toEqual([[key, found]]);
    expect(findings[0]?.next?.activation ?? null).toBe(next);
    expect(await pass(fixture.store)).toEqual({ findings: [], recounted: [] });
    const [entry] = await fixture.store.audit(1, { client: 'pc-1' });
    expect(entry).toMatchObject({ who: 'inspection', campaign, client: 'pc-1' });
    expect(await fixture.store.counters(campaign)).toEqual(await recount(fixture.store, campaign));
    expect(await fixture.store.slotsInUse(campaign)).toEqual(await recountSlots(fixture.store, campaign));
  }

  it('finds no violation in an intact store, in every index and every page', async () => {
    await fixture.admitted(campaign, picks(40, ['LS-1', 'LS-2', 'LS-3']));
    const begun = await Promise.all(
      picks(9).map(({ client }) => fixture.begun({ campaign, client }, { leaseMs: 60_000 })),
    );
    for (const each of begun.slice(0, 3))
      await fixture.commit(each, deferred(each.stored.upgrade), restUntil(later));
    for (const each of begun.slice(3, 6))
      await fixture.commit(each, settled(each.stored.upgrade), settledPlace);
    await fixture.change(campaign, pausedState);
    for (const each of begun.slice(6, 8)) await fixture.commit(each, each.stored.upgrade, parked);
    expect(await pass(fixture.store, 5)).toEqual({ findings: [], recounted: [] });
    await fixture.change(campaign, runningState());
    expect(await pass(fixture.store)).toEqual({ findings: [], recounted: [] });
  });

  it('puts a due upgrade back into its index, with its job', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.zrem(of('due'), id);
    await expectRepaired('inNoIndex', 1);
    expect((await fixture.begin(key)).kind).toBe('begun');
  });

  it('gives a due upgrade the due time of its record', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.zadd(of('due'), later * 2, id);
    await expectRepaired('otherDueTime', 1);
    expect(Number(await redis.zscore(of('due'), id))).toBe(at);
  });

  it('puts a driven upgrade back into its index, so that its lease can end', async () => {
    await fixture.admitted(campaign, picks(2));
    await fixture.begun(key, { leaseMs: noLease });
    await redis.zrem(of('driven'), id);
    expect(await fixture.store.sweep(at, 0, 9)).toEqual([]);
    await expectRepaired('inNoIndex');
    expect(await fixture.store.sweep(at, 0, 9)).toMatchObject([{ key, found: 'leaseExpired' }]);
  });

  it('puts a parked upgrade back into its queue, where it gets a slot', async () => {
    await fixture.admitted(campaign, picks(2));
    await fixture.change(campaign, pausedState);
    await fixture.begin(key);
    await redis.zrem(of('parked', campaign, 'LS-1'), 'pc-1');
    await redis.zrem(of('parkedServers', campaign), 'LS-1');
    await expectRepaired('inNoIndex');
    await fixture.change(campaign, runningState());
    expect((await fixture.store.queued(campaign, 9)).parked).toEqual([
      { client: 'pc-1', logonServer: 'LS-1' },
    ]);
  });

  it('puts a parked upgrade that is finishing back into the line that is served during a pause', async () => {
    await fixture.admitted(campaign, picks(2));
    await fixture.change(campaign, pausedState);
    await fixture.begin(key);
    await redis.hset(of('upgrade', id), 'f', '1');
    await expectRepaired('otherLine');
    expect(await redis.zscore(of('finishing', campaign, 'LS-1'), 'pc-1')).toBe(String(at));
  });

  it('leaves an upgrade that is in two indexes in that of its record', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.zadd(of('parked', campaign, 'LS-1'), at, 'pc-1');
    await redis.zadd(of('parkedServers', campaign), at, 'LS-1');
    await expectRepaired('inSeveral', 1);
    expect(await redis.exists(of('parked', campaign, 'LS-1'), of('parkedServers', campaign))).toBe(0);
  });

  it('moves an upgrade from a wrong index to that of its record', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.zrem(of('due'), id);
    await redis.zadd(of('driven'), later * 2, id);
    await expectRepaired('inAnother', 1);
  });

  it('puts a waiting client back into its queue, at the end', async () => {
    await fixture.campaign(campaign, picks(3), runningState());
    await redis.zrem(of('waiting', campaign, 0, 'LS-1'), 'pc-1');
    await expectRepaired('inNoIndex');
    const { waiting } = await fixture.store.queued(campaign, 9);
    expect(waiting.map(({ client }) => client)).toEqual(['pc-2', 'pc-3', 'pc-1']);
  });

  it('restores the claim of a client that no campaign claims', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.hdel(of('claims'), 'pc-1');
    await expectRepaired('noClaim', 1);
    expect(await fixture.store.claimOf('pc-1')).toBe(campaign);
  });

  it('removes claim and index entry of a settled upgrade', async () => {
    await fixture.admitted(campaign, picks(2));
    const begun = await fixture.begun(key);
    await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
    await redis.zadd(of('due'), at, id);
    await redis.hset(of('claims'), 'pc-1', campaign);
    await expectRepaired('indexedThoughSettled');
    expect(await fixture.store.claimOf('pc-1')).toBeNull();
  });

  it('restores a lost record as parked, and recounts slots and counters', async () => {
    await fixture.admitted(campaign, picks(3));
    await redis.del(of('upgrade', id));
    expect(await fixture.store.sweep(later, 0, 9)).toHaveLength(2);
    expect(await pass(fixture.store)).toMatchObject({
      findings: [{ key, found: 'noRecord', next: null }],
      // The wave of the client is lost.
      recounted: ['slots', 'counters'],
    });
    expect(await fixture.stored(key)).toMatchObject({ index: 'parked', holdsSlots: false });
    expect(
      await fixture.store.admit(campaign, [{ client: 'pc-1', logonServer: 'LS-1' }], later),
    ).toHaveLength(1);
    await expect(fixture.begun(key, { at: later })).resolves.toMatchObject({ stored: { activation: 1 } });
    expect(await fixture.store.counters(campaign)).toEqual(await recount(fixture.store, campaign));
    expect(await fixture.store.slotsInUse(campaign)).toEqual(await recountSlots(fixture.store, campaign));
  });

  it('recounts slots and counters when they are wrong', async () => {
    await fixture.admitted(campaign, picks(3));
    await redis.hincrby(of('slots', campaign), '*', 2);
    await redis.hset(of('slots', campaign), 'LS-7', 1);
    await redis.hincrby(of('counters', campaign), 'state|0|LS-1|active', -1);
    expect(await pass(fixture.store)).toEqual({ findings: [], recounted: ['slots', 'counters'] });
    expect(await fixture.store.counters(campaign)).toEqual(await recount(fixture.store, campaign));
    expect(await fixture.store.slotsInUse(campaign)).toEqual(await recountSlots(fixture.store, campaign));
    expect(await pass(fixture.store)).toEqual({ findings: [], recounted: [] });
  });

  it('removes, like the sweep, index entries of upgrades that have no record', async () => {
    await fixture.admitted(campaign, picks(2));
    await redis.zadd(of('due'), 1, 'sp4.nobody');
    await redis.zadd(of('driven'), 1, 'sp4.nobody');
    expect(await fixture.store.sweep(later, 0, 9)).toHaveLength(2);
    expect(await redis.zscore(of('due'), 'sp4.nobody')).toBeNull();
    expect(await redis.zscore(of('driven'), 'sp4.nobody')).toBeNull();
  });

  it('changes nothing under an older leader', async () => {
    await fixture.admitted(campaign, picks(2));
    await fixture.store.sweep(at, 0, 9, 0, 200);
    await redis.zrem(of('due'), id);
    expect(
      (await fixture.store.checkInvariants(campaign, shards === 1 ? '' : '1:0', 9, later, 100)).findings,
    ).toEqual([]);
    await expectRepaired('inNoIndex', 1);
  });
});
