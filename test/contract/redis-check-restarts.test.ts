import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restartPlaces, restartRules } from '../../shared/domain/rules/restart-limits.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import type { RestartFault } from '../../shared/store/restart-fault.ts';
import type { RestartUse } from '../../shared/store/upgrade-store.ts';
import { testRedis } from '../environment/redis.ts';
import { at, later, marked, picks, restarting, restUntil, settled, settledPlace } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { type Begun, storeFixture, type StoreFixture } from './store/store-fixture.ts';

const campaign = 'sp4';
const limits = { perLogonServer: 1 };
const rules = restartRules(0, limits, []);
const order = {
  cause: 'mark',
  orderedAt: at - 5,
  bootBefore: 'boot-1',
  deadline: later,
  taken: true,
} as const;

/** Each test breaks keys directly in Redis, or leaves out what a lost worker did not come to. */
describe.each([1, 3])('checkRestarts, %i shards', (shards) => {
  let redis: Redis;
  let fixture: StoreFixture;
  let keys: ReturnType<typeof keysOf>;
  let begun: readonly Begun[];

  beforeEach(async () => {
    const place = testRedis();
    const { store } = await openTestStore(place, shards);
    fixture = storeFixture(store);
    redis = new Redis(place.url);
    keys = keysOf(place.prefix, 0);
    await fixture.admitted(campaign, picks(3));
    begun = await Promise.all(picks(3).map(({ client }) => fixture.begun({ campaign, client })));
  });
  afterEach(async () => {
    await fixture.store.close();
    redis.disconnect();
  });

  const nth = (index: number): Begun => {
    const each = begun[index];
    if (each === undefined) throw new Error(`no client ${index}`);
    return each;
  };
  const withOrder = (upgrade: Upgrade): Upgrade =>
    withMemory(restarting(upgrade), { open: { restart: order } });
  const waiting = (upgrade: Upgrade): Upgrade => ({
    ...marked(upgrade),
    state: { phase: 'deferred', class: 'restarts', until: later, because: 'waits', blockers: [] },
  });
  const asked = (needs: 'slot' | 'turn'): { readonly restart: RestartUse } => ({
    restart: { needs, terms: rules.terms, places: restartPlaces(rules, 'LS-1') },
  });
  const restart = (each: Begun, more = {}) =>
    fixture.commit(each, withOrder(each.stored.upgrade), restUntil(later, true), more);
  const wait = (each: Begun, more = {}) =>
    fixture.commit(each, waiting(each.stored.upgrade), restUntil(later), more);
  const check = () => fixture.store.checkRestarts({ campaign, edition: 0, limits, at });
  const entries = async () =>
    (await fixture.store.restarts(campaign)).map(({ client, holds }) => [client, holds]);

  /** Expects one violation, repaired with an audit entry, and none the next time. */
  async function expectRepaired(client: string, found: RestartFault): Promise<readonly string[]> {
    const { findings, woken } = await check();
    expect(findings).toEqual([{ key: { campaign, client }, found }]);
    expect(await fixture.store.audit(1, { client })).toMatchObject([{ who: 'inspection', campaign }]);
    expect(await check()).toEqual({ findings: [], isRecounted: false, woken: [] });
    return woken.map(({ key }) => key.client);
  }

  it('finds nothing wrong with a client that restarts, one that waits, and one that a driver has', async () => {
    await restart(nth(0), asked('slot'));
    await wait(nth(1), asked('turn'));
    expect(await check()).toEqual({ findings: [], isRecounted: false, woken: [] });
    expect(await entries()).toEqual([
      ['pc-1', true],
      ['pc-2', false],
    ]);
  });

  it('gives a restarting client its slot back, also beyond the limit', async () => {
    await restart(nth(0), asked('slot'));
    await restart(nth(1));
    expect(await expectRepaired('pc-2', 'restartNotCounted')).toEqual([]);
    const [, second] = await fixture.store.restarts(campaign);
    expect([await entries(), second?.since]).toEqual([
      [
        ['pc-1', true],
        ['pc-2', true],
      ],
      at - 5,
    ]);
  });

  it('frees the slot of a settled client whose worker was lost, and wakes the first of the line', async () => {
    await restart(nth(0), asked('slot'));
    await wait(nth(1), asked('turn'));
    const again = await fixture.begun(nth(0).stored.key, { at: later });
    await fixture.commit(again, settled(again.stored.upgrade), settledPlace);
    expect(await expectRepaired('pc-1', 'restartNotNeeded')).toEqual(['pc-2']);
    expect(await entries()).toEqual([['pc-2', true]]);
    expect(await fixture.stored(nth(1).stored.key)).toMatchObject({ index: 'due', dueAt: at });
  });

  it('frees a slot that was taken for a restart that no worker has committed', async () => {
    const each = nth(0);
    const lost = { ...asked('slot'), version: 77 };
    expect((await restart(each, lost)).kind).toBe('stale');
    // A driver at work may have taken it in this moment.
    expect(await check()).toMatchObject({ findings: [] });
    await fixture.commit(each, { ...marked(each.stored.upgrade) }, restUntil(later));
    expect(await expectRepaired('pc-1', 'restartNotNeeded')).toEqual([]);
  });

  it('puts a client that was lost from the line at its end', async () => {
    await restart(nth(0), asked('slot'));
    await wait(nth(1), asked('turn'));
    await wait(nth(2), asked('turn'));
    await redis.zrem(keys.of('restartLine', campaign), 'pc-2');
    expect(await expectRepaired('pc-2', 'restartNotInLine')).toEqual([]);
    await redis.hdel(keys.of('restarts', campaign), 'pc-3');
    expect(await expectRepaired('pc-3', 'restartNotInLine')).toEqual([]);
    expect(await entries()).toEqual([
      ['pc-1', true],
      ['pc-3', false],
      ['pc-2', false],
    ]);
  });

  it('wakes a client that got a slot and sleeps on', async () => {
    await wait(nth(0));
    const { woken } = await check();
    expect(woken.map(({ key }) => key.client)).toEqual(['pc-1']);
    const sleeping = await fixture.begun(nth(0).stored.key);
    await wait(sleeping);
    expect(await entries()).toEqual([['pc-1', true]]);
    expect(await expectRepaired('pc-1', 'restartNotWoken')).toEqual(['pc-1']);
  });

  it('sets the slots in use to a recount of who has them, and serves the line', async () => {
    await restart(nth(0), asked('slot'));
    await redis.hset(keys.of('restartSlots', campaign), 'server=LS-1', 7, 'server=LS-9', 1);
    expect(await check()).toMatchObject({ findings: [], isRecounted: true });
    expect(await redis.hgetall(keys.of('restartSlots', campaign))).toEqual({ 'server=LS-1': '1' });
    expect(await check()).toMatchObject({ isRecounted: false });
  });
});
