import { expect, test } from 'vitest';
import { openBackground } from '../../orchestrator/background/background.ts';
import { makeForecast } from '../../orchestrator/campaigns/forecast.ts';
import { readConfig } from '../../shared/config.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { standingClock } from '../fixtures/context.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { play, seededScenario } from './played.ts';
import { campaign, putIntoStore } from './put-into-store.ts';

test('a thread makes the same forecast from the same records, and ends when the process does', async () => {
  const { question } = await play(seededScenario(12), 25);
  const { now } = question;
  const { store, url, prefix } = await openTestStore();
  await putIntoStore(store, question);
  const anchor = JSON.stringify({ labAt: now, realAt: Date.now(), speed: 0.000_001 });
  const config = unwrapped(
    readConfig({
      REDIS_URL: url,
      SERVPACK_PREFIX: prefix,
      SERVPACK_GATEWAY: 'simulated:1',
      SERVPACK_LAB_CLOCK: anchor,
    }),
  );
  const ending = new AbortController();
  const background = openBackground(config, ending.signal);

  const made = unwrapped(await background('forecastCampaign', 'anna', campaign));
  const clock = standingClock(made.forecast.madeAt);
  expect(made).toEqual(unwrapped(await makeForecast({ store, clock }, campaign)));
  expect(made).toMatchObject({ forecast: { because: null } });

  const broken = background('makeForecast', '', campaign);
  ending.abort();
  await expect(broken).rejects.toThrow(/^a thread ended with \d and no answer$/);
  await store.close();
});
