import { describe, expect, it } from 'vitest';
import { anyShard, at, deferred, driven, later, noLease, picks, restUntil } from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };
const grace = 1_000;

export function sweepContract(given: Given): void {
  describe('sweep', () => {
    it('finds an upgrade whose job was lost, under the same activation, every time until it is begun', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const finding = {
        key,
        found: 'overdue',
        next: { key, shard: anyShard, activation: 1, queue: 'upgrades', dueAt: at },
      };
      expect(await fixture.store.sweep(at + grace, grace, 9)).toEqual([]);
      expect(await fixture.store.sweep(at + grace + 1, grace, 9)).toEqual([finding]);
      expect(await fixture.store.sweep(at + grace + 1, grace, 9)).toEqual([finding]);
      expect((await fixture.begin(key, { activation: 1, at: at + grace })).kind).toBe('begun');
      expect(await fixture.store.sweep(later, grace, 9)).toEqual([]);
    });

    it('leaves a resting upgrade alone', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.store.sweep(later, 0, 9)).toEqual([]);
      expect(await fixture.store.sweep(later + 1, 0, 9)).toHaveLength(1);
    });

    it('takes an ended lease away: the upgrade is due now under the next activation and keeps its slots', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.begun(key, { leaseMs: noLease });
      const next = { key, shard: anyShard, activation: 2, queue: 'upgrades', dueAt: later };
      expect(await fixture.store.sweep(later, grace, 9)).toEqual([{ key, found: 'leaseExpired', next }]);
      expect(await fixture.stored(key)).toMatchObject({
        index: 'due',
        dueAt: later,
        activation: 2,
        holdsSlots: true,
        lease: null,
      });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
      expect(await fixture.store.sweep(later, grace, 9)).toEqual([]);
      expect((await fixture.begin(key, { activation: 2, at: later })).kind).toBe('begun');
    });

    it('counts drivers that were lost one after the other, until one commits', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      for (const crashes of [1, 2, 3]) {
        await fixture.begun(key, { leaseMs: noLease });
        await fixture.store.sweep(at, grace, 9);
        expect(await fixture.stored(key)).toMatchObject({ crashes, index: 'due' });
      }
      const begun = await fixture.begun(key);
      expect(begun.stored.crashes).toBe(3);
      await fixture.commit(begun, begun.stored.upgrade, driven);
      expect((await fixture.stored(key)).crashes).toBe(0);
    });

    it('leaves a lease alone that has not ended', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const { stored } = await fixture.begun(key);
      expect(await fixture.store.sweep(later, 0, 9)).toEqual([]);
      expect(await fixture.stored(key)).toEqual(stored);
    });

    it('finds up to a limit, ended leases first, then the longest overdue, of every campaign', async () => {
      const fixture = given();
      await fixture.admitted('sp3', [{ client: 'pc-0', wave: 0, logonServer: 'LS-1' }]);
      await fixture.admitted('sp4', picks(3));
      await fixture.begun({ campaign: 'sp4', client: 'pc-3' }, { leaseMs: noLease });
      const names = async (limit: number): Promise<readonly string[]> =>
        (await fixture.store.sweep(later, 0, limit)).map(
          (finding) => `${finding.key.campaign} ${finding.key.client}`,
        );
      expect(await names(2)).toEqual(['sp4 pc-3', 'sp3 pc-0']);
      expect(await names(9)).toEqual(['sp3 pc-0', 'sp4 pc-1', 'sp4 pc-2']);
    });

    it('passes over the longest overdue, but over no ended lease', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(5));
      const found = async (limit: number, skip: number): Promise<readonly string[]> =>
        (await fixture.store.sweep(later, 0, limit, skip)).map((finding) => finding.key.client);
      expect(await found(2, 0)).toEqual(['pc-1', 'pc-2']);
      expect(await found(2, 2)).toEqual(['pc-3', 'pc-4']);
      expect(await found(2, 4)).toEqual(['pc-5']);
      expect(await found(2, 5)).toEqual([]);
      await fixture.begun({ campaign: 'sp4', client: 'pc-5' }, { leaseMs: noLease });
      expect(await found(2, 3)).toEqual(['pc-5', 'pc-4']);
    });
  });
}
