import { beforeAll, describe, expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import { makeForecast, readForecast } from '../../orchestrator/campaigns/forecast.ts';
import { readStatus } from '../../orchestrator/campaigns/report.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { makeForecasts } from '../../orchestrator/rounds/make-forecasts.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { until } from '../fixtures/until.ts';
import { type Played, play, seededScenario } from './played.ts';
import { campaign, putIntoStore } from './put-into-store.ts';

let played: Played;
beforeAll(async () => {
  played = await play(seededScenario(12), 25);
});

/** Makes a forecast in this thread. */
const here = (context: LeaderContext): Background =>
  (async (_work: string, _who: string, name: string) => makeForecast(context, name)) as Background;

describe.each(storesAndShards)('the forecast from the records of the %s store', (_, open) => {
  test('is made by the leader, kept for every orchestrator, and shown with its age', async () => {
    const { question } = played;
    const { now } = question;
    const store = await open();
    await putIntoStore(store, question);
    const context = contextOver(store, standingClock(now), keepingDispatcher([]));
    expect((await readForecast(context, 'anna', 'other')).ok).toBe(false);
    const none = unwrapped(await readStatus(context, campaign));
    expect(none.forecast).toEqual({
      madeAt: null,
      ends: null,
      because: 'one is being made',
      says: 'no forecast: one is being made',
    });

    // Nothing is simulated for who asks for what is kept only.
    expect(unwrapped(await readForecast(context, 'anna', campaign, true))).toMatchObject({
      because: 'one is being made',
      replicates: 0,
    });

    await makeForecasts(here(context)).run(context);
    await until('a forecast', async () => (await store.readForecasts(campaign)) !== null);

    const asked = unwrapped(await readForecast(context, 'anna', campaign));
    expect(asked).toMatchObject({
      because: null,
      replicates: 40,
      waves: [{ wave: 'canary' }, { wave: 'rest' }],
      earlier: [{ finishedPercent: 25, held: null }],
    });
    expect(Date.parse(asked.ends?.p50 ?? '')).toBeGreaterThan(now);
    const later = contextOver(store, standingClock(now + 7 * 60_000), keepingDispatcher([]));
    expect(unwrapped(await readForecast(later, 'anna', campaign, true))).toMatchObject({
      madeAt: asked.madeAt,
      ends: asked.ends,
    });
    const { forecast, binds } = unwrapped(await readStatus(later, campaign));
    expect(asked.binds?.says).toMatch(/ earlier without it$/);
    expect(binds?.says).toBe(asked.binds?.says);
    expect(forecast).toEqual({
      madeAt: asked.madeAt,
      ends: asked.ends,
      because: null,
      says: `ends: P50 ${asked.ends?.p50}, P90 ${asked.ends?.p90} (forecast 7 min old)`,
    });
    await store.close();
  });
});
