import { describe, expect, it } from 'vitest';
import {
  anyShard,
  at,
  clientOf,
  deferred,
  later,
  message,
  noLease,
  pausedState,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given, type StoreFixture } from './store-fixture.ts';
import { inboxLimit } from '../../../shared/store/types.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

async function resting(fixture: StoreFixture): Promise<void> {
  await fixture.admitted('sp4', picks(1));
  const begun = await fixture.begun(key);
  await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
}

const order = {
  type: 'EndRequested',
  ending: { end: 'skipped', cause: 'by hand', because: 'anna: not this one', blockers: [] },
} as const;

export function deliverContract(given: Given): void {
  describe('deliver', () => {
    it('makes a resting upgrade due now under its next activation', async () => {
      const fixture = given();
      await resting(fixture);
      expect(await fixture.store.deliver('pc-1', message, at + 1)).toEqual({
        kind: 'delivered',
        key,
        next: { key, shard: anyShard, activation: 3, queue: 'upgrades', dueAt: at + 1 },
      });
      expect(await fixture.stored(key)).toMatchObject({
        index: 'due',
        dueAt: at + 1,
        activation: 3,
        inbox: [message],
        holdsSlots: false,
        version: 2,
      });
      expect((await fixture.begin(key, { at: at + 1, activation: 2 })).kind).toBe('ignored');
      expect((await fixture.begun(key, { at: at + 1 })).stored.inbox).toEqual([message]);
    });

    it('keeps the slots of an upgrade that holds them', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, begun.stored.upgrade, restUntil(later, true));
      await fixture.store.deliver('pc-1', message, at);
      expect(await fixture.stored(key)).toMatchObject({ index: 'due', holdsSlots: true, activation: 3 });
    });

    it.each([0, 1, 60_000])('keeps the job of an upgrade that has been due for %d ms', async (ms) => {
      const fixture = given();
      const [present] = await fixture.admitted('sp4', picks(1));
      const before = await fixture.stored(key);
      expect(await fixture.store.deliver('pc-1', message, at + ms)).toEqual({
        kind: 'delivered',
        key,
        next: present,
      });
      expect(await fixture.stored(key)).toEqual({ ...before, inbox: [message] });
      expect((await fixture.begin(key, { activation: 1, at: at + ms })).kind).toBe('begun');
    });

    it('leaves the message to the driver at work, also when its lease has ended', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const { stored } = await fixture.begun(key, { leaseMs: noLease });
      expect(await fixture.store.deliver('pc-1', message, at)).toEqual({
        kind: 'delivered',
        key,
        next: null,
      });
      expect(await fixture.stored(key)).toEqual({ ...stored, inbox: [message] });
    });

    it('leaves a parked upgrade parked, with the message for later', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      await fixture.change('sp4', pausedState);
      await fixture.begin(key);
      expect(await fixture.store.deliver('pc-1', message, at)).toEqual({
        kind: 'delivered',
        key,
        next: null,
      });
      expect(await fixture.stored(key)).toMatchObject({ index: 'parked', activation: 1, inbox: [message] });
    });

    it('absorbs a message that a full inbox does not take, and keeps the job', async () => {
      const fixture = given();
      await resting(fixture);
      for (let n = 0; n < inboxLimit; n += 1) await fixture.store.deliver('pc-1', message, at);
      const full = await fixture.stored(key);
      expect(full).toMatchObject({ activation: 3, dueAt: at });
      expect(full.inbox).toHaveLength(inboxLimit);
      // Also for a caller whose clock is behind.
      for (const when of [at + 5, at - 5]) {
        expect(await fixture.store.deliver('pc-1', message, when)).toMatchObject({
          next: { activation: 3, dueAt: at },
        });
      }
      expect(await fixture.stored(key)).toEqual(full);
    });

    it('finds room for a request to end where check-ins find none', async () => {
      const fixture = given();
      await resting(fixture);
      for (let n = 0; n < inboxLimit + 3; n += 1) await fixture.store.deliver('pc-1', message, at);
      for (let n = 0; n < 2 * inboxLimit; n += 1) await fixture.store.deliver('pc-1', order, at);
      const { inbox } = await fixture.stored(key);
      expect(inbox).toHaveLength(2 * inboxLimit);
      expect(inbox.slice(0, inboxLimit + 1)).toEqual([...Array(inboxLimit).fill(message), order]);
    });

    it('loses no wake-up in a race with a rest', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(40));
      const begun = await Promise.all(
        picks(40).map(({ client }) => fixture.begun({ campaign: 'sp4', client })),
      );
      await Promise.all(
        begun.flatMap((each) => [
          fixture.commit(each, deferred(each.stored.upgrade), restUntil(later)),
          fixture.store.deliver(each.stored.key.client, message, at),
        ]),
      );
      for (const { stored } of begun) {
        const { inbox, index, dueAt } = await fixture.stored(stored.key);
        expect(inbox).toEqual([message]);
        // Either the rest was refused and the driver goes on, or the upgrade is due again.
        expect([index, dueAt]).toEqual(index === 'driven' ? ['driven', null] : ['due', at]);
      }
    });
  });

  describe('deliver is ignored, and says why', () => {
    it('for a client that waits', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), runningState());
      expect(await fixture.store.deliver('pc-1', message, at)).toEqual({
        kind: 'ignored',
        because: 'client pc-1 is waiting in campaign sp4: nothing was done to it yet',
      });
    });

    it('for a client that has settled', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(await fixture.store.deliver('pc-1', message, at)).toEqual({
        kind: 'ignored',
        because: 'client pc-1 is finished in campaign sp4',
      });
      expect((await fixture.stored(key)).inbox).toEqual([]);
    });

    it('for a client that another campaign claims now', async () => {
      const fixture = given();
      await resting(fixture);
      expect(await fixture.store.deliver('pc-1', order, at, 'sp3')).toEqual({
        kind: 'ignored',
        because: 'client pc-1 is in campaign sp4 now',
      });
      expect((await fixture.stored(key)).inbox).toEqual([]);
      expect((await fixture.store.deliver('pc-1', order, at, 'sp4')).kind).toBe('delivered');
    });

    it('for a client that is in no campaign', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), runningState());
      await fixture.store.importFleet([clientOf('pc-9')]);
      expect(await fixture.store.deliver('pc-9', message, at)).toEqual({
        kind: 'ignored',
        because: 'client pc-9 is in no campaign',
      });
    });

    it('for a client that the fleet does not have', async () => {
      expect(await given().store.deliver('pc-9', message, at)).toEqual({
        kind: 'ignored',
        because: 'client pc-9 is not in the fleet',
      });
    });
  });
}
