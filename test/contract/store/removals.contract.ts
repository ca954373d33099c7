import { describe, expect, it } from 'vitest';
import { everyClient } from '../../../shared/store/check-in-store.ts';
import type { RemovalOutcome } from '../../../shared/store/removal-store.ts';
import type { Store } from '../../../shared/store/store.ts';
import {
  all,
  at,
  campaignOf,
  clientOf,
  deferred,
  entry,
  message,
  pick,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
  later,
} from './fixtures.ts';
import type { Given, StoreFixture } from './store-fixture.ts';
import { newUpgrade } from '../../../shared/domain/upgrade/state.ts';

const removed = (store: Store, ...clients: readonly string[]): Promise<RemovalOutcome> =>
  store.removeClients(clients.map((client) => ({ client, audit: entry('', client, 'scrapped') })));

const namesIn = async (store: Store): Promise<readonly string[]> =>
  (await all(store.fleet())).map(({ client }) => client).sort();

/** pc-1 has settled in a running campaign, in which pc-2 waits. */
async function settledOne({ store, ...fixture }: StoreFixture): Promise<void> {
  await fixture.campaign('sp4', picks(2), runningState());
  await store.admit('sp4', [pick('pc-1')], at);
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  await fixture.commit(begun, settled(begun.stored.upgrade, 'failed'), settledPlace);
}

/** Opens the upgrade of pc-1 in sp4 again, as a retry does. */
async function reopened({ store }: StoreFixture) {
  const key = { campaign: 'sp4', client: 'pc-1' };
  const stored = await store.readUpgrade(key);
  return store.commitIdle({
    key,
    version: stored?.version ?? 0,
    upgrade: newUpgrade('pc-1', 0, 'LS-1'),
    place: 'due',
    counters: {},
    audit: entry('sp4', 'pc-1'),
    at,
  });
}

export function removalsContract(given: Given): void {
  describe('the removal of clients', () => {
    it('takes them out of the fleet with an audit entry each, and leaves the others alone', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1'), clientOf('PC-2', { host: '10.0.0.2' }), clientOf('pc-3')]);
      expect(await store.removals()).toBe(0);
      expect(await removed(store, 'pc-1', 'PC-2', 'pc-1', 'nobody')).toEqual({
        kind: 'removed',
        removed: 2,
        total: 1,
      });
      expect(await namesIn(store)).toEqual(['pc-3']);
      expect(await store.fleetSize()).toBe(1);
      expect(await store.readClient('pc-1')).toBeNull();
      expect((await store.audit(9)).map(({ client, because }) => [client, because])).toEqual([
        ['PC-2', 'scrapped'],
        ['pc-1', 'scrapped'],
      ]);
      expect(await store.removals()).toBe(1);
      expect(await removed(store, 'pc-1')).toEqual({ kind: 'removed', removed: 0, total: 1 });
      expect(await store.removals()).toBe(1);
      expect([await store.formerNames('PC-1'), await store.formerNames('pc-2')]).toEqual([
        ['pc-1'],
        ['PC-2'],
      ]);
    });

    it('frees the name in any case, and the host', async () => {
      const { store } = given();
      await store.importFleet([clientOf('PC-1', { host: '10.0.0.1' }), clientOf('pc-9')]);
      await removed(store, 'PC-1');
      const later = [clientOf('pc-1'), clientOf('pc-2', { host: '::ffff:10.0.0.1' })];
      expect(await store.importUnique(later, entry(''))).toMatchObject({ kind: 'imported' });
      expect(await namesIn(store)).toEqual(['pc-1', 'pc-2', 'pc-9']);
    });

    it('is refused while a campaign has an unsettled upgrade of one of them, or one waits', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp4', picks(3, ['LS-1', 'LS-2', 'LS-3']), runningState());
      await store.admit('sp4', [pick('pc-1')], at);
      const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      await store.importFleet([clientOf('free', { logonServer: 'LS-2' })]);
      const kept = [
        { client: 'pc-1', campaign: 'sp4', waits: false },
        { client: 'pc-2', campaign: 'sp4', waits: true },
      ];
      const inOrder = (found: readonly { readonly client: string }[]) =>
        found.toSorted((a, b) => (a.client < b.client ? -1 : 1));
      expect(inOrder(await store.keptClients(['free', 'pc-1', 'pc-2']))).toEqual(kept);
      const before = await store.audit(99);
      const outcome = await removed(store, 'free', 'pc-1', 'pc-2');
      expect(outcome.kind).toBe('kept');
      expect(await namesIn(store)).toEqual(['free', 'pc-1', 'pc-2', 'pc-3']);
      expect(await store.audit(99)).toEqual(before);
      expect([await store.removals(), await store.leastGeneration('free')]).toEqual([0, 1]);
      // A campaign that was aborted wants none of the clients that waited.
      await fixture.change('sp4', {
        ...runningState(),
        status: 'aborted',
        abortedAt: at,
        by: 'operator',
        because: 'enough',
        endedAt: null,
      });
      expect(await store.keptClients(['pc-2'])).toEqual([]);
      expect((await removed(store, 'free', 'pc-2')).kind).toBe('removed');
    });

    it('closes their records: a campaign opens none of them again, also when the name comes back', async () => {
      const fixture = given();
      const { store } = fixture;
      await settledOne(fixture);
      expect((await removed(store, 'pc-1')).kind).toBe('removed');
      expect(await reopened(fixture)).toEqual({ kind: 'gone' });
      expect(await store.formerCampaigns('pc-1')).toEqual(['sp4']);
      await store.importFleet([clientOf('pc-1', { logonServer: 'LS-3' })]);
      expect(await reopened(fixture)).toEqual({ kind: 'gone' });
      expect((await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' }))?.index).toBe('settled');
      expect(await store.deliver('pc-1', message, at)).toEqual({
        kind: 'ignored',
        because: 'client pc-1 is in no campaign',
      });
      expect(await store.formerCampaigns('pc-2')).toEqual([]);
    });

    it('lets a later client of the name take part in other campaigns as any other', async () => {
      const fixture = given();
      const { store } = fixture;
      await settledOne(fixture);
      await removed(store, 'pc-1');
      await store.importFleet([clientOf('pc-1', { logonServer: 'LS-2' })]);
      await fixture.admitted('next', [pick('pc-1', 'LS-2')]);
      expect(await store.claimOf('pc-1')).toBe('next');
      const begun = await fixture.begun({ campaign: 'next', client: 'pc-1' });
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(await removed(store, 'pc-1')).toMatchObject({ kind: 'removed', removed: 1 });
      expect((await store.formerCampaigns('pc-1')).toSorted()).toEqual(['next', 'sp4']);
    });

    it('refuses their present tokens, and tokens that were revoked stay so', async () => {
      const { store } = given();
      await store.importFleet([clientOf('PC-1'), clientOf('pc-2')]);
      await store.raiseGeneration(everyClient, 4, entry(''));
      await removed(store, 'PC-1');
      expect([await store.leastGeneration('pc-1'), await store.leastGeneration('pc-2')]).toEqual([5, 4]);
      await store.importFleet([clientOf('PC-1')]);
      expect(await store.leastGeneration('PC-1')).toBe(5);
    });

    it('forgets the last look and the refused address', async () => {
      const { store } = given();
      await store.importFleet([clientOf('pc-1')]);
      await store.refuseAddress({ client: 'pc-1', host: '10.0.0.9', other: 'pc-9', at }, entry('', 'pc-1'));
      await removed(store, 'pc-1');
      await store.importFleet([clientOf('pc-1')]);
      expect(await store.refusedAddress('pc-1')).toBeNull();
      expect(await store.lastLooks(['pc-1'])).toEqual([null]);
    });

    it('and a campaign that was planned with them exclude each other', async () => {
      const fixture = given();
      const { store } = fixture;
      await store.importFleet([clientOf('pc-1'), clientOf('pc-2')]);
      const before = await store.removals();
      await removed(store, 'pc-2');
      const create = (removals: number) =>
        store.createCampaign(campaignOf('sp4', runningState()), [pick('pc-1')], entry('sp4'), 1, removals);
      expect(await create(before)).toMatchObject({ ok: false, error: { code: 'campaign.fleetChanged' } });
      expect(await store.readCampaign('sp4')).toBeNull();
      expect((await create(await store.removals())).ok).toBe(true);
      expect((await removed(store, 'pc-1')).kind).toBe('kept');
    });

    it('of many and a creation at the same time end with no campaign that wants a removed client', async () => {
      const { store } = given();
      const clients = Array.from({ length: 60 }, (_, n) =>
        clientOf(`pc-${n}`, { logonServer: `LS-${n % 3}` }),
      );
      await store.importFleet(clients);
      const known = await store.removals();
      const wanted = clients.map(({ client, logonServer }) => pick(client, logonServer));
      const [created, outcome] = await Promise.all([
        store.createCampaign(campaignOf('sp4', runningState()), wanted, entry('sp4'), 1, known),
        removed(store, ...clients.slice(0, 30).map(({ client }) => client)),
      ]);
      expect([created.ok, outcome.kind]).toEqual(created.ok ? [true, 'kept'] : [false, 'removed']);
      expect(await store.fleetSize()).toBe(created.ok ? 60 : 30);
    });
  });
}
