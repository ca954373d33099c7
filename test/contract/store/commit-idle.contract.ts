import { describe, expect, test } from 'vitest';
import { countersOf } from '../../../shared/domain/upgrade/count-upgrade.ts';
import { newUpgrade, type Upgrade, withMemory } from '../../../shared/domain/upgrade/state.ts';
import { waitingCounters } from '../../../shared/store/admitted.ts';
import { recount } from '../../twin/recount.ts';
import {
  at,
  deferred,
  driven,
  entry,
  later,
  message,
  parked,
  pausedState,
  pick,
  picks,
  restUntil,
  runningState,
  settledPlace,
} from './fixtures.ts';
import { atHomeTogether, driving, type Given, type StoreFixture } from './store-fixture.ts';
import { difference } from '../../../shared/domain/outcome/counters.ts';
import type { StoredUpgrade } from '../../../shared/store/types.ts';
import type { CommitIdle, CommitIdleOutcome } from '../../../shared/store/upgrade-store.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

const skipped = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at, end: 'skipped', cause: 'by hand', because: 'asked for', blockers: [] },
});
const again = (upgrade: Upgrade): Upgrade => ({
  ...newUpgrade(upgrade.client, upgrade.wave, upgrade.logonServer),
  attempt: 2,
});

export function commitIdleContract(given: Given): void {
  const commit = (
    fixture: StoreFixture,
    { key: of, version, upgrade: before }: Pick<StoredUpgrade, 'key' | 'version' | 'upgrade'>,
    upgrade: Upgrade,
    place: CommitIdle['place'],
  ): Promise<CommitIdleOutcome> =>
    fixture.store.commitIdle({
      key: of,
      version,
      upgrade,
      place,
      counters: difference(
        version === 0 ? waitingCounters([before]) : countersOf(before),
        countersOf(upgrade),
      ),
      audit: entry('sp4', of.client),
      at,
    });

  describe('commitIdle', () => {
    test('settles a deferred upgrade and gives its client back', async () => {
      const fixture = given();
      await fixture.commit(
        await driving(fixture),
        deferred((await fixture.stored(key)).upgrade),
        restUntil(later),
      );
      await fixture.store.deliver('pc-1', message, at);
      const stored = await fixture.stored(key);
      const outcome = await commit(fixture, stored, skipped(stored.upgrade), 'settled');
      expect(outcome).toEqual({ kind: 'committed', version: stored.version + 1, next: null, handed: null });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'settled',
        dueAt: null,
        holdsSlots: false,
        inbox: [],
        upgrade: { state: { end: 'skipped' } },
      });
      expect(await fixture.store.claimOf('pc-1')).toBeNull();
      expect(await fixture.store.counters('sp4')).toEqual(await recount(fixture.store, 'sp4'));
      expect(await fixture.store.sweep(later * 2, 0, 10)).toEqual([]);
    });

    test('passes the slot of a resting upgrade on to the next parked one', async () => {
      const fixture = given();
      await atHomeTogether(fixture.store, picks(2));
      await fixture.admitted('sp4', picks(2));
      const first = await fixture.begun(key);
      await fixture.commit(first, first.stored.upgrade, restUntil(later, true));
      const second = await fixture.begun({ campaign: 'sp4', client: 'pc-2' });
      await fixture.change('sp4', pausedState);
      await fixture.commit(second, second.stored.upgrade, parked);
      await fixture.change('sp4', runningState());
      const stored = await fixture.stored(key);
      const outcome = await commit(fixture, stored, skipped(stored.upgrade), 'settled');
      expect(outcome).toMatchObject({ kind: 'committed', handed: { key: { client: 'pc-2' } } });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });

    test('settles a parked upgrade, which gets no slot afterwards', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, begun.stored.upgrade, parked);
      const stored = await fixture.stored(key);
      expect((await commit(fixture, stored, skipped(stored.upgrade), 'settled')).kind).toBe('committed');
      expect(await fixture.store.queued('sp4', 10)).toEqual({ parked: [], waiting: [] });
    });

    test('settles one that still waits, and admission passes it over', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(2), runningState());
      const waiting = { key, version: 0, upgrade: newUpgrade('pc-1', 0, 'LS-1') };
      expect((await commit(fixture, waiting, skipped(waiting.upgrade), 'settled')).kind).toBe('committed');
      expect((await fixture.stored(key)).index).toBe('settled');
      const { waiting: left } = await fixture.store.queued('sp4', 10);
      expect(left.map(({ client }) => client)).toEqual(['pc-2']);
      expect(await fixture.store.admit('sp4', [pick('pc-1')], at)).toEqual([]);
      expect(await fixture.store.counters('sp4')).toEqual(await recount(fixture.store, 'sp4'));
    });

    test('opens a settled upgrade again: due, claimed, without slots', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, skipped(begun.stored.upgrade), settledPlace);
      const stored = await fixture.stored(key);
      const outcome = await commit(fixture, stored, again(stored.upgrade), 'due');
      expect(outcome).toMatchObject({
        kind: 'committed',
        next: { key, activation: stored.activation + 1, queue: 'upgrades', dueAt: at },
      });
      expect(await fixture.store.claimOf('pc-1')).toBe('sp4');
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      expect((await fixture.begin(key)).kind).toBe('begun');
      expect(await fixture.store.slotsInUse('sp4')).toMatchObject({ active: 1 });
    });

    test('does not open one whose client another campaign has now', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, skipped(begun.stored.upgrade), settledPlace);
      await fixture.admitted('other', picks(1));
      const stored = await fixture.stored(key);
      expect(await commit(fixture, stored, again(stored.upgrade), 'due')).toEqual({
        kind: 'claimed',
        campaign: 'other',
      });
      expect(await fixture.stored(key)).toEqual(stored);
    });

    test('changes the state and nothing else where it stays', async () => {
      const fixture = given();
      await fixture.commit(
        await driving(fixture),
        deferred((await fixture.stored(key)).upgrade),
        restUntil(later),
      );
      const { version, upgrade, ...rest } = await fixture.stored(key);
      const changed = withMemory(upgrade, { history: { notifiedAt: at } });
      await commit(fixture, { key, version, upgrade }, changed, 'stays');
      expect(await fixture.stored(key)).toEqual({ ...rest, version: version + 1, upgrade: changed });
    });

    test('leaves a driven one to its driver', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, begun.stored.upgrade, driven);
      const stored = await fixture.stored(key);
      expect(await commit(fixture, stored, skipped(stored.upgrade), 'settled')).toEqual({ kind: 'driven' });
      expect(await fixture.stored(key)).toEqual(stored);
    });

    test('is refused on an old version, and on a client that waits no more', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, begun.stored.upgrade, restUntil(later));
      const stored = await fixture.stored(key);
      const old = { ...stored, version: stored.version - 1 };
      expect((await commit(fixture, old, skipped(stored.upgrade), 'settled')).kind).toBe('stale');
      expect(
        (await commit(fixture, { ...stored, version: 0 }, skipped(stored.upgrade), 'settled')).kind,
      ).toBe('stale');
      expect(await fixture.stored(key)).toEqual(stored);
    });

    test('stands in the audit', async () => {
      const fixture = given();
      const begun = await driving(fixture);
      await fixture.commit(begun, begun.stored.upgrade, restUntil(later));
      const stored = await fixture.stored(key);
      await commit(fixture, stored, skipped(stored.upgrade), 'settled');
      const [newest] = await fixture.store.audit(1, { client: 'pc-1' });
      expect(newest).toEqual(entry('sp4', 'pc-1'));
    });
  });
}
