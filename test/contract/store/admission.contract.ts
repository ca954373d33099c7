import { describe, expect, it } from 'vitest';
import { newUpgrade } from '../../../shared/domain/upgrade/state.ts';
import { recount } from '../../twin/recount.ts';
import {
  anyShard,
  at,
  deferred,
  entry,
  later,
  parked,
  pausedState,
  pick,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

export function admissionContract(given: Given): void {
  describe('admit', () => {
    it('makes a waiting client due now, with slots, claim, counters, audit and activation 1', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(2), runningState());
      expect(await fixture.store.admit('sp4', [pick('pc-1')], at)).toEqual([
        { key, shard: anyShard, activation: 1, queue: 'upgrades', dueAt: at },
      ]);
      expect(await fixture.stored(key)).toEqual({
        key,
        version: 1,
        upgrade: newUpgrade('pc-1', 0, 'LS-1'),
        index: 'due',
        dueAt: at,
        queue: 'upgrades',
        activation: 1,
        holdsSlots: true,
        finishing: false,
        crashes: 0,
        lease: null,
        inbox: [],
        admittedAt: at,
      });
      expect(await fixture.store.readWaiting(key)).toBeNull();
      expect(await fixture.store.claimOf('pc-1')).toBe('sp4');
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
      expect(await fixture.store.counters('sp4')).toEqual({
        'state|0|LS-1|waiting': 1,
        'state|0|LS-1|active': 1,
        'held|active|LS-1': 1,
      });
      expect(await recount(fixture.store, 'sp4')).toEqual(await fixture.store.counters('sp4'));
      expect((await fixture.store.queued('sp4', 5)).waiting).toEqual([pick('pc-2')]);
      const audit = { ...entry('sp4', 'pc-1'), who: 'admission', from: 'waiting', to: 'looking' };
      expect(await fixture.store.audit(1)).toEqual([{ ...audit, because: 'admitted: a slot is free' }]);
    });

    it('admits a client once, however often and by how many it is picked', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), runningState());
      const answers = await Promise.all([1, 2, 3].map(() => fixture.store.admit('sp4', [pick('pc-1')], at)));
      expect(answers.flat()).toHaveLength(1);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });

    it('never goes beyond the budget of the campaign', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(9), runningState(), { active: 4, perLogonServer: 9 });
      expect(await fixture.store.admit('sp4', picks(9), at)).toHaveLength(4);
    });

    it('never goes beyond the budget of a logon server, and admits clients of the others', async () => {
      const fixture = given();
      const clients = [pick('pc-1'), pick('pc-2'), pick('pc-3'), pick('pc-4', 'LS-2')];
      await fixture.campaign('sp4', clients, runningState(), { active: 9, perLogonServer: 2 });
      const admitted = await fixture.store.admit('sp4', clients, at);
      expect(admitted.map((activation) => activation.key.client)).toEqual(['pc-1', 'pc-2', 'pc-4']);
    });

    it('leaves a client alone that waits in another wave or on another logon server than the pick names', async () => {
      const fixture = given();
      await fixture.campaign('sp4', [pick('pc-1'), pick('pc-2', 'LS-1', 3)], runningState(3));
      const wrong = [pick('pc-1', 'LS-2'), pick('pc-1', 'LS-1', 1), pick('pc-2', 'LS-1', 3), pick('pc-7')];
      expect(await fixture.store.admit('sp4', wrong, at)).toEqual([]);
      expect(await fixture.store.counters('sp4')).toEqual({
        'state|0|LS-1|waiting': 1,
        'state|3|LS-1|waiting': 1,
      });
    });

    it('admits no client unless the campaign runs', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), pausedState);
      expect(await fixture.store.admit('sp4', picks(1), at)).toEqual([]);
      expect(await fixture.store.admit('none', picks(1), at)).toEqual([]);
    });

    it('leaves a client alone that another campaign drives, until it has settled there', async () => {
      const fixture = given();
      await fixture.admitted('old', picks(1));
      await fixture.campaign('sp4', picks(1), runningState());
      expect(await fixture.store.admit('sp4', picks(1), at)).toEqual([]);
      expect(await fixture.store.claimOf('pc-1')).toBe('old');
      const begun = await fixture.begun({ campaign: 'old', client: 'pc-1' });
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(await fixture.store.admit('sp4', picks(1), at)).toHaveLength(1);
      expect(await fixture.store.claimOf('pc-1')).toBe('sp4');
    });

    it('gives a parked upgrade its slots and its next activation, once', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.change('sp4', pausedState);
      await fixture.begin(key);
      const who = [{ client: 'pc-1', logonServer: 'LS-1' }];
      expect(await fixture.store.admit('sp4', who, later)).toEqual([]);
      await fixture.change('sp4', runningState());
      expect(await fixture.store.admit('sp4', [{ client: 'pc-1', logonServer: 'LS-2' }], later)).toEqual([]);
      expect(await fixture.store.admit('sp4', who, later)).toEqual([
        { key, shard: anyShard, activation: 2, queue: 'upgrades', dueAt: later },
      ]);
      expect(await fixture.store.admit('sp4', who, later)).toEqual([]);
      expect(await fixture.stored(key)).toMatchObject({
        index: 'due',
        dueAt: later,
        activation: 2,
        holdsSlots: true,
      });
      expect(await fixture.store.queued('sp4', 5)).toEqual({ parked: [], waiting: [] });
    });

    it('leaves a parked upgrade alone while its slots are taken', async () => {
      const fixture = given();
      const clients = picks(2);
      await fixture.admitted('sp4', clients, { active: 2, perLogonServer: 9 });
      const begun = await fixture.begun(key);
      await fixture.change('sp4', pausedState);
      expect((await fixture.commit(begun, begun.stored.upgrade, parked)).kind).toBe('committed');
      await fixture.change('sp4', runningState(), { active: 1, perLogonServer: 9 });
      expect(await fixture.store.admit('sp4', [{ client: 'pc-1', logonServer: 'LS-1' }], at)).toEqual([]);
      expect((await fixture.stored(key)).index).toBe('parked');
    });

    it('does not admit a resting upgrade as if it were parked', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.store.admit('sp4', [{ client: 'pc-1', logonServer: 'LS-1' }], at)).toEqual([]);
    });
  });
}
