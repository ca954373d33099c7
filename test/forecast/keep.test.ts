import { describe, expect, test } from 'vitest';
import { heldInAll, pastForecasts } from '../../orchestrator/views/past-forecasts.ts';
import { type MadeForecast, withForecast } from '../../orchestrator/forecast/keep.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import { standing, running } from '../domain/given-campaign.ts';
import { evening, hours } from '../domain/given.ts';

const base = running(3);
const startedAt = 'startedAt' in base ? base.startedAt : 0;

/** A forecast at so many finished clients of a hundred, made so many hours after the start. */
const made = (finished: number, after: number, edition?: number): MadeForecast => ({
  basis: { startedAt, ...(edition === undefined ? {} : { edition }) },
  finished,
  size: 100,
  forecast: {
    madeAt: evening + hours(after),
    because: null,
    end: { p50: evening + hours(20), p90: evening + hours(30 - after) },
    waves: [],
    replicates: 40,
    looked: 40,
    settled: finished,
  },
});

const keptOf = (all: readonly MadeForecast[]): KeptForecasts | null =>
  all.reduce<KeptForecasts | null>((kept, each) => withForecast(kept, each), null);

const inState = (state: CampaignState): Campaign => standing(state);
const ended = (after: number): Campaign =>
  inState({ ...base, status: 'ended', endedAt: evening + hours(after) } as CampaignState);

describe('earlier forecasts of a campaign', () => {
  test('are the first ones at 10, 25, 50 and 75 % of finished clients', () => {
    const shares = [4, 12, 20, 30, 40, 80, 90, 100];
    const kept = keptOf(shares.map((share, at) => made(share, at)));
    expect(kept?.earlier.map(({ finished }) => finished)).toEqual([12, 30, 80]);
    expect(kept?.finished).toBe(100);
  });

  test('are forgotten when a campaign of the same name starts again, and not after an edit', () => {
    const other = { ...made(30, 1), basis: { startedAt: startedAt + 1 } };
    expect(withForecast(keptOf([made(12, 0)]), other).earlier).toHaveLength(1);
    const edited = withForecast(keptOf([made(12, 0)]), made(30, 1, 1));
    expect(edited.earlier.map(({ edition }) => edition)).toEqual([undefined, 1]);
  });

  test('are compared with the real end, and with now while the campaign runs', () => {
    const kept = keptOf([made(12, 0), made(30, 4), made(60, 8)]);
    expect(pastForecasts(ended(24), kept, evening + hours(25)).map(({ held }) => held)).toEqual([
      true,
      true,
      false,
    ]);
    const [first] = pastForecasts(ended(24), kept, evening + hours(25));
    expect(first?.says).toBe(
      'at 12 % it said P50 2026-11-17T16:00:00Z, P90 2026-11-18T02:00:00Z; it ended 2026-11-17T20:00:00Z',
    );
    const runs = pastForecasts(inState(base), kept, evening + hours(24));
    expect(runs.map(({ held, says }) => [held, says.split('; ')[1]])).toEqual([
      [null, 'that is still to come'],
      [null, 'that is still to come'],
      [false, 'it has not ended'],
    ]);
    const edited = { ...ended(24), edition: 1 };
    expect(pastForecasts(edited, kept, evening)[0]?.says).toContain('at 12 % before it was edited it said');
  });

  test('of an aborted campaign are compared with nothing', () => {
    const aborted = { ...base, status: 'aborted', abortedAt: 0, by: 'ann', because: 'x', endedAt: 0 };
    const kept = keptOf([made(12, 0)]);
    const [only] = pastForecasts(inState(aborted as CampaignState), kept, evening + hours(99));
    expect(only).toMatchObject({ held: null, says: expect.stringContaining('it was aborted') });
  });

  test('are counted over all campaigns that have ended', () => {
    const kept = keptOf([made(12, 0), made(30, 4), made(60, 8)]);
    if (kept === null) throw new Error('some are kept');
    const campaigns = [ended(24), ended(40), inState(base)].map((campaign) => ({ campaign, kept }));
    expect(heldInAll(campaigns, evening)).toEqual({
      past: 6,
      beforeP90: 2,
      says: 'of 6 past forecasts the end came before P90 in 2',
    });
    expect(heldInAll(campaigns.slice(2), evening)).toBeNull();
  });
});
