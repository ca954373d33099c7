import { describe, expect, it } from 'vitest';
import {
  at,
  campaignOf,
  entry,
  longLease,
  noLease,
  pausedState,
  picks,
  runningState,
  later,
} from './fixtures.ts';
import type { Store } from '../../../shared/store/store.ts';
import { type Given } from './store-fixture.ts';
import { ledBy } from '../../../orchestrator/rounds/leader.ts';

/** A lease that was renewed before its end. A busy machine may need more than one attempt. */
async function renewedLease(
  store: Pick<Store, 'lead' | 'renewLead'>,
): Promise<{ readonly fence: number; readonly leaseMs: number }> {
  for (let leaseMs = 300; ; leaseMs *= 2) {
    const { fence } = await store.lead('one', leaseMs);
    if (await store.renewLead('one', fence, longLease)) return { fence, leaseMs };
  }
}

export function leaderContract(given: Given): void {
  describe('the leader', () => {
    it('is the process that asks first; another one follows and learns who leads', async () => {
      const { store } = given();
      expect(await store.leader()).toBeNull();
      const first = await store.lead('one', longLease);
      expect(first).toMatchObject({ kind: 'leads', owner: 'one' });
      expect(await store.lead('two', longLease)).toEqual({ ...first, kind: 'follows' });
      const read = await store.leader();
      expect(read).toMatchObject({ owner: 'one', fence: first.fence });
      // Redis reads its clock and what is left of the lease one after the other, so that the end
      // which it computes from both may lie a little after the end that was granted.
      expect(read?.until).toBeGreaterThanOrEqual(first.until);
      expect(read?.until).toBeLessThan(first.until + longLease);
    });

    it('is one when many ask at once', async () => {
      const { store } = given();
      const asked = await Promise.all(['one', 'two', 'three'].map((owner) => store.lead(owner, longLease)));
      expect(asked.filter(({ kind }) => kind === 'leads')).toHaveLength(1);
      expect(new Set(asked.map(({ fence }) => fence)).size).toBe(1);
    });

    it('keeps its fence while it renews its lease, which grows', async () => {
      const { store } = given();
      const first = await store.lead('one', longLease);
      const again = await store.lead('one', longLease * 2);
      expect(again).toMatchObject({ kind: 'leads', owner: 'one', fence: first.fence });
      expect(again.until).toBeGreaterThanOrEqual(first.until + longLease);
    });

    it('prolongs its lease by one command, and not the lease of a term that is over', async () => {
      const { store } = given();
      const first = await store.lead('one', longLease);
      expect(await store.renewLead('one', first.fence, longLease * 2)).toBe(true);
      const renewed = await store.leader();
      expect(renewed).toMatchObject({ owner: 'one', fence: first.fence });
      expect(renewed?.until).toBeGreaterThan(first.until);
      await store.resign('one', first.fence);
      expect(await store.renewLead('one', first.fence, longLease)).toBe(false);
      const second = await store.lead('two', longLease);
      expect(await store.renewLead('one', first.fence, longLease)).toBe(false);
      expect(await store.leader()).toMatchObject({ owner: 'two', fence: second.fence });
    });

    it('leads on while only the renewals hold its lease', async () => {
      const { store } = given();
      const first = await renewedLease(store);
      for (const end = Date.now() + first.leaseMs; Date.now() < end;)
        expect(await store.renewLead('one', first.fence, longLease)).toBe(true);
      expect(await store.lead('two', longLease)).toMatchObject({ kind: 'follows', owner: 'one' });
    });

    it('gets a higher fence after a lease has ended, also when it led before', async () => {
      const { store } = given();
      const first = await store.lead('one', noLease);
      expect(await store.leader()).toBeNull();
      const second = await store.lead('one', noLease);
      const third = await store.lead('two', longLease);
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(third).toMatchObject({ kind: 'leads', owner: 'two' });
      expect(third.fence).toBeGreaterThan(second.fence);
    });

    it('gets no fence below the time in microseconds', async () => {
      const before = Date.now() * 1_000;
      const { fence } = await given().store.lead('one', longLease);
      // The clocks of Redis and the test differ by a little; a lost counter would differ by years.
      expect(fence).toBeGreaterThan(before - 60_000_000);
    });

    it('that resigns is replaced at once, under a higher fence', async () => {
      const { store } = given();
      const first = await store.lead('one', longLease);
      await store.resign('one', first.fence);
      expect(await store.leader()).toBeNull();
      const second = await store.lead('two', longLease);
      expect(second).toMatchObject({ kind: 'leads', owner: 'two' });
      expect(second.fence).toBeGreaterThan(first.fence);
    });

    it('stays when a former leader resigns too late, or under another name', async () => {
      const { store } = given();
      const first = await store.lead('one', noLease);
      const second = await store.lead('two', longLease);
      await store.resign('one', first.fence);
      await store.resign('one', second.fence);
      await store.resign('two', first.fence);
      expect(await store.leader()).toMatchObject({ owner: 'two', fence: second.fence });
    });
  });

  describe('a former leader', () => {
    it('admits no client, sweeps nothing and changes no campaign; the new leader does', async () => {
      const fixture = given();
      const old = ledBy(fixture.store, (await fixture.store.lead('old', noLease)).fence);
      const present = ledBy(fixture.store, (await fixture.store.lead('new', longLease)).fence);
      // A shard learns of a new leader by its first round, which comes within a second.
      await present.sweep(later, 0, 9);
      await fixture.admitted('sp3', [{ client: 'pc-9', wave: 0, logonServer: 'LS-1' }]);
      await fixture.begun({ campaign: 'sp3', client: 'pc-9' }, { leaseMs: noLease });
      await fixture.campaign('sp4', picks(2), runningState());
      const paused = campaignOf('sp4', pausedState);

      expect(await old.admit('sp4', picks(2), later)).toEqual([]);
      expect(await old.sweep(later, 0, 9)).toEqual([]);
      expect(await old.commitCampaign(paused, 1, entry('sp4'))).toBeNull();
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      expect((await fixture.stored({ campaign: 'sp3', client: 'pc-9' })).index).toBe('driven');
      expect((await fixture.store.readCampaign('sp4'))?.version).toBe(1);

      expect(await present.admit('sp4', picks(2), later)).toHaveLength(2);
      expect(await present.sweep(later, 0, 1)).toMatchObject([{ found: 'leaseExpired' }]);
      expect(await present.commitCampaign(paused, 1, entry('sp4'))).toMatchObject({ version: 2 });
    });

    it('is refused as soon as a shard has seen a change of the newer leader', async () => {
      const fixture = given();
      const { fence } = await fixture.store.lead('one', longLease);
      await fixture.campaign('sp4', picks(2), runningState());
      expect(await ledBy(fixture.store, fence + 5).admit('sp4', picks(1), later)).toHaveLength(1);
      expect(await ledBy(fixture.store, fence).admit('sp4', picks(2), later)).toEqual([]);
    });

    it('does not stop what people request', async () => {
      const fixture = given();
      await fixture.store.lead('one', longLease);
      await fixture.campaign('sp4', picks(1), runningState());
      const asked = await fixture.store.commitCampaign(campaignOf('sp4', pausedState), 1, entry('sp4'));
      expect(asked).toMatchObject({ version: 2 });
    });
  });

  describe('a failure of a round', () => {
    it('stands by campaign and round until it is cleared', async () => {
      const { store } = given();
      expect(await store.roundFailures()).toEqual([]);
      const failure = { campaign: 'sp4', round: 'campaigns', because: 'its counters are gone', since: at };
      const other = { ...failure, round: 'invariants' };
      await store.noteRoundFailure({ ...failure, because: 'something else' });
      await store.noteRoundFailure(failure);
      await store.noteRoundFailure(other);
      expect(await store.roundFailures()).toEqual(expect.arrayContaining([failure, other]));
      await store.clearRoundFailure(failure);
      await store.clearRoundFailure(failure);
      expect(await store.roundFailures()).toEqual([other]);
    });
  });

  describe('a start', () => {
    it('is refused when another campaign was set running after the look for overlaps', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp3', picks(1), { status: 'created' });
      await fixture.campaign('sp4', picks(1), { status: 'created' });
      const starts = await store.starts();
      const start = (name: string, seen: number) =>
        store.commitCampaign(campaignOf(name, runningState()), 1, entry(name), { starts: seen });
      expect(await start('sp3', starts)).toMatchObject({ version: 2 });
      expect(await store.starts()).toBe(starts + 1);
      expect(await start('sp4', starts)).toBeNull();
      expect((await store.readCampaign('sp4'))?.campaign.state.status).toBe('created');
      expect(await start('sp4', starts + 1)).toMatchObject({ version: 2 });
    });

    it('is not disturbed by a campaign that opens a wave, is paused or resumed', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp3', picks(1), runningState(1));
      const starts = await store.starts();
      await fixture.change('sp3', runningState(2));
      await fixture.change('sp3', pausedState);
      await fixture.change('sp3', runningState(2));
      expect(await store.starts()).toBe(starts);
    });
  });
}
