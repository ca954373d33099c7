import { describe, expect, test } from 'vitest';
import { at, driven, entry, picks, runningState, settled, settledPlace } from './fixtures.ts';
import type { Given, StoreFixture } from './store-fixture.ts';

const key = { campaign: 'sp4', client: 'pc-1' };

/** pc-1 has settled with these counts, pc-2 without any; each may be at home in another shard. */
async function learned(fixture: StoreFixture): Promise<void> {
  await fixture.admitted('sp4', picks(2, ['LS-1', 'LS-2']));
  const first = await fixture.begun(key);
  await fixture.commit(first, settled(first.stored.upgrade), settledPlace, { freeTime: 'd1730:3/4' });
  const other = await fixture.begun({ campaign: 'sp4', client: 'pc-2' });
  await fixture.commit(other, settled(other.stored.upgrade), settledPlace);
}

export const freeTimesContract = (given: Given): void => {
  describe('when clients were found free', () => {
    test('is written with a commit that says it, and stays after one that does not', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.admitted('sp4', picks(2, ['LS-1', 'LS-2']));
      expect(await store.freeTimes(['pc-1', 'pc-2'])).toEqual(new Map());
      const begun = await fixture.begun(key);
      const { upgrade } = begun.stored;
      await fixture.commit(begun, upgrade, driven, { freeTime: 'd1730:3/4', facts: [{ kind: 'tried' }] });
      const next = { ...begun, stored: await fixture.stored(key) };
      await fixture.commit(next, settled(upgrade), settledPlace);
      expect(await store.freeTimes(['pc-1', 'pc-2'])).toEqual(new Map([['pc-1', 'd1730:3/4']]));
    });

    test('is not written with a commit that is refused', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key);
      const late = { ...begun, stored: { ...begun.stored, version: 9 } };
      const outcome = await fixture.commit(late, begun.stored.upgrade, driven, { freeTime: 'd1730:1/1' });
      expect(outcome.kind).toBe('stale');
      expect(await fixture.store.freeTimes(['pc-1'])).toEqual(new Map());
    });

    test('outlives its campaign', async () => {
      const fixture = given();
      const { store } = fixture;
      await learned(fixture);
      await fixture.change('sp4', endedState);
      const record = await store.readCampaign('sp4');
      const removal = { kind: 'delete', by: 'anna', because: 'over', at: 1 } as const;
      const next = { ...(record?.campaign ?? never()), removal };
      expect(await store.commitCampaign(next, record?.version ?? 0, entry('sp4'))).not.toBeNull();
      expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(true);
      expect(await store.freeTimes(['pc-1', 'pc-2'])).toEqual(new Map([['pc-1', 'd1730:3/4']]));
    });

    test('leaves the fleet with its client', async () => {
      const fixture = given();
      const { store } = fixture;
      await learned(fixture);
      const counts = new Map([
        ['pc-1', 'd0900:0/1'],
        ['pc-2', 'd1200:1/1'],
      ]);
      await store.putBackFreeTimes(counts);
      expect(await store.freeTimes(['pc-1', 'pc-2'])).toEqual(counts);
      await store.removeClients([{ client: 'pc-1', audit: entry('', 'pc-1', 'scrapped') }]);
      expect(await store.freeTimes(['pc-1', 'pc-2'])).toEqual(new Map([['pc-2', 'd1200:1/1']]));
    });
  });
};

const endedState = { ...runningState(), status: 'ended', endedAt: at } as const;

const never = (): never => {
  throw new Error('the campaign has a record');
};
