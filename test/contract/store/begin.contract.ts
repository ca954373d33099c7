import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import {
  at,
  deferred,
  entry,
  later,
  longLease,
  noLease,
  parked,
  pausedState,
  picks,
  restarting,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

export function beginContract(given: Given): void {
  describe('begin', () => {
    it('takes the lease under a new fence and keeps the slots that admission gave', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const before = Date.now();
      const { stored, fence } = await fixture.begun(key, { owner: 'worker-a' });
      const after = Date.now();
      expect(fence.owner).toBe('worker-a');
      expect(stored).toMatchObject({
        index: 'driven',
        dueAt: null,
        holdsSlots: true,
        version: 1,
        activation: 1,
      });
      expect(stored.lease?.fence).toEqual(fence);
      // The clocks of Redis and the test are rounded in their own ways.
      const begunAt = (stored.lease?.until ?? 0) - longLease;
      expect([begunAt >= before - 2, begunAt <= after + 2]).toEqual([true, true]);
      expect(await fixture.stored(key)).toEqual(stored);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });

    it('says how often the rules have changed, so that the driver goes by the present ones', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(4));
      const change = async (changes: Partial<Campaign>) => {
        const record = await fixture.store.readCampaign('sp4');
        if (record === null) throw new Error('no campaign');
        const next = { ...record.campaign, ...changes };
        expect(await fixture.store.commitCampaign(next, record.version, entry('sp4'))).not.toBeNull();
      };
      const begun = [await fixture.begin(key)];
      for (const [client, changes] of [
        ['pc-2', { edition: 1 }],
        ['pc-3', { stepAnswers: 1 }],
        ['pc-4', { edition: 2 }],
      ] as const) {
        await change(changes);
        begun.push(await fixture.begin({ ...key, client }));
      }
      expect(begun).toMatchObject([0, 1, 2, 3].map((rulesChanges) => ({ rulesChanges })));
    });

    it('writes no audit entry', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const before = await fixture.store.audit(99);
      await fixture.begun(key);
      expect(await fixture.store.audit(99)).toEqual(before);
    });

    it('gives every driver a higher fence, across campaigns', async () => {
      const fixture = given();
      await fixture.admitted('a', picks(1));
      const first = await fixture.begun({ campaign: 'a', client: 'pc-1' });
      await fixture.commit(first, settled(first.stored.upgrade), settledPlace);
      await fixture.admitted('b', picks(1));
      const second = await fixture.begun({ campaign: 'b', client: 'pc-1' });
      expect(second.fence.counter).toBeGreaterThan(first.fence.counter);
    });

    it('gives no fence below the time, so a lost counter repeats none', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const before = Date.now();
      const { fence } = await fixture.begun(key);
      // In microseconds, and exact as a number.
      expect(fence.counter).toBeGreaterThanOrEqual((before - 2) * 1_000);
      expect(Number.isSafeInteger(fence.counter)).toBe(true);
    });

    it('lets only one of two drivers begin that race on one activation', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const race = await Promise.all(['a', 'b', 'c'].map((owner) => fixture.begin(key, { owner })));
      expect(race.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
      const losers = race.filter((outcome) => outcome.kind === 'ignored');
      expect(losers.map(({ because }) => because)).toEqual(Array(2).fill('another driver holds the lease'));
    });

    it('begins again for the same driver, whose first answer was lost', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const first = await fixture.begun(key, { owner: 'a' });
      const again = await fixture.begun(key, { owner: 'a' });
      expect(again.fence.counter).toBeGreaterThan(first.fence.counter);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });

    it('ignores an upgrade that does not exist', async () => {
      expect(await given().begin(key)).toEqual({
        kind: 'ignored',
        because: 'campaign sp4 has no upgrade of client pc-1',
      });
    });

    it('ignores another activation, older or newer', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      expect(await fixture.begin(key, { activation: 2 })).toEqual({
        kind: 'ignored',
        because: 'activation 2 is not the present one, 1',
      });
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.begin(key, { activation: 1, at: later })).toEqual({
        kind: 'ignored',
        because: 'activation 1 is not the present one, 2',
      });
    });

    it('ignores an upgrade that is not due yet, and begins it when it is due', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.begin(key, { at: later - 1 })).toEqual({
        kind: 'ignored',
        because: `not due before ${new Date(later).toISOString()}`,
        dueAt: later,
      });
      expect((await fixture.begin(key, { at: later })).kind).toBe('begun');
    });

    it('ignores a settled upgrade', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(await fixture.begin(key)).toEqual({ kind: 'ignored', because: 'the upgrade is settled' });
    });

    it('ignores a parked upgrade', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.change('sp4', pausedState);
      await fixture.begin(key);
      await fixture.change('sp4', runningState());
      expect(await fixture.begin(key)).toEqual({
        kind: 'ignored',
        because: 'the upgrade is parked: it waits for a slot',
      });
    });

    it('replaces a driver whose lease has ended, and keeps the slots', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const dead = await fixture.begun(key, { owner: 'a', leaseMs: noLease });
      const heir = await fixture.begun(key, { owner: 'b' });
      expect(heir.fence.counter).toBeGreaterThan(dead.fence.counter);
      expect([dead.stored.crashes, heir.stored.crashes]).toEqual([0, 1]);
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
      expect(await fixture.commit(dead, dead.stored.upgrade, parked)).toEqual({
        kind: 'stale',
        because: 'another driver has taken over, or the lease was taken away',
      });
    });

    it.each([
      ['paused', pausedState, 'campaign sp4 is paused'],
      ['ended', { ...runningState(), status: 'ended', endedAt: at }, 'campaign sp4 has ended'],
    ] as const)('parks and gives the slots back while the campaign is %s', async (_, state, because) => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.change('sp4', state);
      expect(await fixture.begin(key)).toEqual({ kind: 'parked', because });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'parked',
        dueAt: null,
        holdsSlots: false,
        lease: null,
        activation: 1,
      });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
    });

    it('parks the upgrade of a lost driver too, when the campaign does not run', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.begun(key, { owner: 'a', leaseMs: noLease });
      await fixture.change('sp4', pausedState);
      expect((await fixture.begin(key, { owner: 'b' })).kind).toBe('parked');
      expect(await fixture.stored(key)).toMatchObject({ index: 'parked', holdsSlots: false, lease: null });
      expect(await fixture.store.sweep(later, 0, 9)).toEqual([]);
    });

    it('lets a finishing upgrade go on while the campaign is paused', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, restarting(begun.stored.upgrade), restUntil(later, true));
      await fixture.change('sp4', pausedState);
      expect(await fixture.begin(key, { at: later })).toMatchObject({
        kind: 'begun',
        stored: { finishing: true },
      });
    });

    it.each([
      ['campaign', { active: 1, perLogonServer: 9 }, 'the budget of campaign sp4 is full: 1 active'],
      ['logon server', { active: 9, perLogonServer: 1 }, 'the budget of logon server LS-1 is full: 1 active'],
    ])('parks while the budget of the %s is full, and says so', async (_, budgets, because) => {
      const fixture = given();
      await fixture.campaign('sp4', picks(2), runningState(), budgets);
      await fixture.store.admit('sp4', picks(1), at);
      const first = await fixture.begun(key);
      await fixture.commit(first, deferred(first.stored.upgrade), restUntil(later));
      await fixture.store.admit('sp4', picks(2), at);
      expect(await fixture.begin(key, { at: later })).toEqual({ kind: 'parked', because });
      expect(await fixture.stored(key)).toMatchObject({ index: 'parked', holdsSlots: false, activation: 2 });
      await fixture.change('sp4', runningState(), { active: 9, perLogonServer: 9 });
      expect((await fixture.store.queued('sp4', 5)).parked).toEqual([
        { client: 'pc-1', logonServer: 'LS-1' },
      ]);
    });

    it('takes slots again for an upgrade that rested without them', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      await fixture.begun(key, { at: later });
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 1, perLogonServer: { 'LS-1': 1 } });
    });
  });

  describe('renew', () => {
    it('prolongs the lease of the driver that holds it, and of no other driver', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const { fence } = await fixture.begun(key, { leaseMs: noLease });
      expect(await fixture.store.renew(key, { ...fence, owner: 'b' }, longLease)).toBe(false);
      expect(await fixture.store.renew(key, { ...fence, counter: fence.counter + 1 }, longLease)).toBe(false);
      expect(await fixture.store.renew({ ...key, client: 'pc-7' }, fence, longLease)).toBe(false);
      expect(await fixture.store.renew(key, fence, longLease)).toBe(true);
      expect(await fixture.begin(key, { owner: 'b' })).toEqual({
        kind: 'ignored',
        because: 'another driver holds the lease',
      });
      expect(await fixture.store.sweep(at, 0, 9)).toEqual([]);
    });

    it('returns false when the lease was taken away or the upgrade rests', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const first = await fixture.begun(key, { leaseMs: noLease });
      await fixture.store.sweep(at, 0, 9);
      expect(await fixture.store.renew(key, first.fence, longLease)).toBe(false);
      const second = await fixture.begun(key);
      await fixture.commit(second, deferred(second.stored.upgrade), restUntil(later));
      expect(await fixture.store.renew(key, second.fence, longLease)).toBe(false);
    });
  });
}
