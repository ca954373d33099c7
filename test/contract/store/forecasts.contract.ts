import { describe, expect, test } from 'vitest';
import type { KeptForecasts } from '../../../shared/domain/campaign/forecast.ts';
import { at, campaignOf, entry, picks, runningState } from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const end = { p50: at + 1_000, p90: at + 2_000 };
const kept: KeptForecasts = {
  basis: { startedAt: at, edition: 2 },
  finished: 25,
  newest: { madeAt: at, because: null, end, waves: [null, end], replicates: 40, looked: 30, settled: 25 },
  earlier: [{ madeAt: at, finished: 25, size: 100, end }],
  planned: {
    madeAt: at,
    because: null,
    seed: 'sp4 planned',
    replicates: 10,
    assumptions: ['the whole fleet'],
    end,
    waves: [{ opens: at, ends: null, causes: { 'at the gate': 1_000 } }],
    causes: { 'at the gate': 1_000 },
  },
};
const later: KeptForecasts = { ...kept, finished: 30, newest: { madeAt: at + 9, because: 'few', end: null } };

/** The forecasts of campaigns are kept, replaced, and removed with their campaign. */
export function forecastsContract(given: Given): void {
  describe('forecasts', () => {
    test('are kept for each campaign, the newest in place of the one before, without an audit entry', async () => {
      const { store } = given();
      for (const name of ['sp5', 'sp4']) await given().campaign(name, picks(1), runningState());
      expect(await store.readForecasts('sp4')).toBeNull();
      expect(await store.forecasts()).toEqual([]);
      const [before] = await store.audit(1);
      expect(await store.keepForecasts('sp4', kept)).toBe(true);
      expect(await store.readForecasts('sp4')).toEqual(kept);
      expect(await store.keepForecasts('sp4', later)).toBe(true);
      expect(await store.keepForecasts('sp5', kept)).toBe(true);
      expect(await store.forecasts()).toEqual([
        { campaign: 'sp4', kept: later },
        { campaign: 'sp5', kept },
      ]);
      expect((await store.audit(1))[0]).toEqual(before);
    });

    test('of a campaign that is not there, or is being removed, are not kept', async () => {
      const { store } = given();
      expect(await store.keepForecasts('sp4', kept)).toBe(false);
      const ended = { ...runningState(), status: 'ended', endedAt: at } as const;
      await given().campaign('sp4', [], ended);
      expect(await store.keepForecasts('sp4', kept)).toBe(true);
      const removal = { kind: 'archive', by: 'anna', because: 'over', at } as const;
      const record = await store.readCampaign('sp4');
      const going = { ...campaignOf('sp4', ended), removal };
      expect(await store.commitCampaign(going, record?.version ?? 0, entry('sp4'))).not.toBeNull();
      expect(await store.keepForecasts('sp4', later)).toBe(false);
      expect(await store.readForecasts('sp4')).toEqual(kept);
      expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(true);
      expect(await store.readForecasts('sp4')).toBeNull();
      expect(await store.forecasts()).toEqual([]);
    });

    test('of a leader that another one has followed are not kept', async () => {
      const { store } = given();
      await given().campaign('sp4', picks(1), runningState());
      const first = await store.lead('first', 1_000);
      expect(await store.keepForecasts('sp4', kept, first.fence)).toBe(true);
      expect(await store.keepForecasts('sp4', kept, first.fence + 5)).toBe(true);
      expect(await store.keepForecasts('sp4', later, first.fence)).toBe(false);
      expect(await store.readForecasts('sp4')).toEqual(kept);
    });
  });
}
