import type { Change } from '../../../shared/store/change-store.ts';
import { describe, expect, it } from 'vitest';
import {
  entry,
  later,
  noLease,
  pausedState,
  picks,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given } from './store-fixture.ts';

/** Beyond what any answer takes; a change ends the wait at once. */
const longMs = 20_000;

export function changesContract(given: Given): void {
  describe('the changes', () => {
    /** Where each shard stands. */
    const from = async (): Promise<readonly string[]> => {
      const { store } = given();
      const shards = Array.from({ length: await store.shards() }, (_, shard) => shard);
      return Promise.all(shards.map(async (shard) => (await store.nextChanges(shard, null, 1)).after));
    };
    /** What the first shard says in which something changes. */
    const since = (after: readonly string[]): Promise<readonly Change[]> =>
      Promise.any(
        after.map(async (each, shard) => {
          const { changes, isWhole } = await given().store.nextChanges(shard, each, longMs);
          if (changes.length === 0 || !isWhole) throw new Error(`nothing changes in shard ${shard}`);
          return changes;
        }),
      );

    it('are none when nothing has changed', async () => {
      const [after = ''] = await from();
      const none = { after, changes: [], isWhole: true, newest: expect.any(String), entries: new Map() };
      expect(await given().store.nextChanges(0, after, 1)).toEqual(none);
    });

    it('end a wait that has begun before, and name the campaign', async () => {
      const fixture = given();
      const waiting = since(await from());
      await fixture.campaign('sp4', picks(1), runningState());
      expect(await waiting).toEqual(expect.arrayContaining([{ campaign: 'sp4', of: 'campaign' }]));
    });

    it('are also those between two calls', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), runningState());
      const after = await from();
      await fixture.change('sp4', pausedState);
      expect(await since(after)).toEqual([{ campaign: 'sp4', of: 'campaign' }]);
    });

    it('name the campaign of a client that a worker has committed, once', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(2), { active: 9, perLogonServer: 9 });
      const after = await from();
      for (const client of ['pc-1', 'pc-2']) {
        const begun = await fixture.begun({ campaign: 'sp4', client });
        const audit = { ...entry('sp4'), client };
        await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, { audit });
      }
      expect(await since(after)).toEqual([{ campaign: 'sp4', of: 'client' }]);
    });

    it('count the entries of each campaign, also those that come as one change, and name the newest', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(2), { active: 9, perLogonServer: 9 });
      const after = await from();
      for (const client of ['pc-1', 'pc-2']) {
        const begun = await fixture.begun({ campaign: 'sp4', client });
        const audit = { ...entry('sp4'), client };
        await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, { audit });
      }
      await fixture.store.wakeLeader('sp4');
      const counts = await Promise.all(
        after.map(async (each, shard) => {
          const { entries, newest } = await fixture.store.nextChanges(shard, each, 1);
          const last = (await fixture.store.auditAfter(shard, '0-0', 1_000)).at(-1)?.id ?? '0-0';
          return [entries.get('sp4') ?? 0, newest === last] as const;
        }),
      );
      expect(counts.reduce((sum, [count]) => sum + count, 0)).toBe(2);
      expect(counts.every(([, isLast]) => isLast)).toBe(true);
    });

    it('name a campaign of which a client was parked and has given its slot back', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1), { active: 9, perLogonServer: 9 });
      await fixture.change('sp4', pausedState);
      const after = await from();
      const key = { campaign: 'sp4', client: 'pc-1' };
      expect(await fixture.store.begin(key, 1, 'worker', noLease, later)).toMatchObject({ kind: 'parked' });
      expect(await since(after)).toEqual([{ campaign: 'sp4', of: 'campaign' }]);
    });

    it('name a campaign for which a process wakes the leader', async () => {
      const after = await from();
      const waiting = since(after);
      await given().store.wakeLeader('sp4');
      expect(await waiting).toEqual([{ campaign: 'sp4', of: 'campaign' }]);
    });

    it('name no campaign when every campaign is halted', async () => {
      const after = await from();
      const halt = { by: 'anna', because: 'phones', at: later };
      await given().store.commitHalt(halt, 0, { ...entry(''), client: null });
      expect(await since(after)).toEqual([{ campaign: '', of: 'campaign' }]);
    });

    it('name a campaign also when more has changed than is listed, and then say so or list all', async () => {
      const { store } = given();
      const [after = ''] = await from();
      const names = Array.from({ length: 2_100 }, (_, number) => `many-${number}`);
      for (const name of names)
        await store.commitHalt({ by: 'anna', because: name, at: later }, names.indexOf(name), {
          ...entry(''),
          client: null,
        });
      await store.commitHalt(null, names.length, { ...entry('last'), client: null });
      const { changes, isWhole, after: next } = await store.nextChanges(0, after, longMs);
      expect(changes).toContainEqual({ campaign: '', of: 'campaign' });
      // What is not listed is never passed over in silence.
      expect(isWhole).toBe(changes.some(({ campaign }) => campaign === 'last'));
      expect(await store.nextChanges(0, next, 1)).toMatchObject({ changes: [], isWhole: true });
    });
  });
}
