import { describe, expect, test } from 'vitest';
import { forecastCampaign } from '../../orchestrator/campaigns/forecast.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { play, seededScenario } from './played.ts';

const campaign = 'played';
const audit: AuditEntry = {
  at: 0,
  campaign,
  client: null,
  who: 'test',
  from: '',
  to: '',
  because: '',
  evidence: null,
};

describe.each(storesAndShards)('the forecast from the records of the %s store', (_, open) => {
  test('says when the campaign ends, and nothing of one that is not there', async () => {
    const { question } = await play(seededScenario(12), 25);
    const store = await open();
    const { upgrades, waiting, sources, now } = question;
    const clients = [...upgrades.map(({ client }) => client), ...waiting.flat()];
    await store.importFleet(clients);
    await store.stageRelease(sources.release, null, audit);
    const inWaves = [
      ...upgrades.map(({ client, upgrade: { wave } }) => ({ client, wave })),
      ...waiting.flatMap((own, wave) => own.map((client) => ({ client, wave }))),
    ];
    unwrapped(
      await store.createCampaign(
        question.campaign,
        inWaves.map(({ client: { client, logonServer }, wave }) => ({ client, wave, logonServer })),
        audit,
      ),
    );
    const records = upgrades.map(({ upgrade }) => ({
      key: { campaign, client: upgrade.client },
      version: 1,
      activation: 1,
      upgrade,
      audit: null,
    }));
    await store.putBackUpgrades(campaign, records, now);
    const context = {
      store,
      clock: { now: () => now, realNow: () => now, realDelay: () => 0, policySpan: (ms: number) => ms },
    };

    const forecast = unwrapped(await forecastCampaign(context, campaign));

    expect(forecast).toMatchObject({
      because: null,
      replicates: 40,
      waves: [{ wave: 'canary' }, { wave: 'rest' }],
    });
    expect(Date.parse(forecast.ends?.p50 ?? '')).toBeGreaterThan(now);
    expect((await forecastCampaign(context, 'other')).ok).toBe(false);
    await store.close();
  });
});
