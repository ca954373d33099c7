import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { whatBinds } from '../../orchestrator/forecast/binding.ts';
import { forecastCampaign } from '../../orchestrator/forecast/campaign-forecast.ts';
import type { CampaignForecast } from '../../shared/domain/campaign/forecast.ts';
import type { ForecastQuestion } from '../../orchestrator/forecast/question.ts';
import { forecastLines } from '../../orchestrator/cli/render/campaign-forecast.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { forecastStatus } from '../../orchestrator/views/campaign-forecast.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { judge, play, type Played, seededScenario } from './played.ts';

const seeds = [0, 1, 8];

const page = readFileSync(join(import.meta.dirname, '../../docs/forecast.md'), 'utf8');

describe('the forecast of a running campaign', () => {
  let played: Played;
  let forecast: CampaignForecast;

  beforeAll(async () => {
    played = await play(seededScenario(12), 25);
    forecast = await forecastCampaign(played.question);
  });

  test('says when half and nine of ten simulations end, per wave and for all', () => {
    const { now } = played.question;
    expect(forecast).toMatchObject({ madeAt: now, because: null, replicates: 40 });
    const { end, waves } = forecast as Extract<CampaignForecast, { because: null }>;
    expect(waves).toHaveLength(2);
    for (const each of [end, waves[1]]) {
      expect(each?.p50).toBeGreaterThan(now);
      expect(each?.p90).toBeGreaterThanOrEqual(each?.p50 ?? Infinity);
    }
    expect(end.p90).toBeGreaterThanOrEqual(waves[1]?.p90 ?? Infinity);
  });

  test('reads as docs/forecast.md shows it, with what binds', async () => {
    const { question } = played;
    const found = { ...forecast, binds: await whatBinds(question) };
    const status = forecastStatus(question.campaign, found, { earlier: [], inAll: null });
    const shown = /```text\n([^]*?)```/.exec(page)?.[1] ?? '';
    expect(
      forecastLines(plainView, status)
        .map((line) => `${line}\n`)
        .join(''),
    ).toBe(shown);
  });

  test('is the same for the same records, and reads them only', async () => {
    const before = JSON.stringify(played.question.upgrades);
    expect(await forecastCampaign(played.question)).toEqual(forecast);
    expect(JSON.stringify(played.question.upgrades)).toBe(before);
  });

  test('is not later with more slots, in the mean of its simulations', async () => {
    let [few, many] = [0, 0];
    for (const seed of [8]) {
      const { question } = await play(seededScenario(seed), 25);
      few += await p50Of(withSlots(question, 1));
      many += await p50Of(withSlots(question, 40));
    }
    expect(many).toBeLessThan(few);
  });

  test('is withheld where its figures say nothing of the end, and says why', async () => {
    const { campaign } = played.question;
    const { definition, state } = campaign;
    if (state.status !== 'running') throw new Error('the campaign runs');
    const paused = { pausedAt: 0, byGate: false, by: 'ann', because: 'holidays' };
    const [canary, ...others] = definition.waves;
    if (canary === undefined) throw new Error('the campaign has waves');
    const asking = { ...canary, gate: { ...canary.gate, approval: true as const } };
    const hook = { run: ['ask.sh'], timeoutMs: 1, retryMs: 1 };
    const cases: readonly (readonly [Partial<ForecastQuestion>, string])[] = [
      [{ campaign: { ...campaign, state: { ...state, ...paused, status: 'paused' } } }, 'holidays'],
      [{ isHalted: true }, 'everything is halted'],
      [{ upgrades: played.question.upgrades.slice(0, 10) }, '20 are needed'],
      [{ campaign: withDefinition(campaign, { hooks: { afterWave: hook } }) }, 'waits for its hooks'],
      [
        {
          campaign: {
            ...withDefinition(campaign, { waves: [asking, ...others] }),
            state: { ...state, openWaves: 1 },
          },
        },
        'approval',
      ],
    ];
    for (const [change, because] of cases) {
      const found = await forecastCampaign({ ...played.question, ...change });
      expect(found).toMatchObject({ end: null, because: expect.stringContaining(because) });
    }
  });

  test('is withheld of a campaign that cannot end: its blackout never ends', async () => {
    const { campaign } = played.question;
    const closed = {
      blackouts: [{ from: 0, to: Date.UTC(2040, 0, 1), reason: 'closed for good' }],
    };
    const found = await forecastCampaign({
      ...played.question,
      campaign: withDefinition(campaign, { calendar: closed }),
    });
    expect(found).toMatchObject({ end: null, because: expect.stringContaining('do not end') });
  });

  test('is not too early for most of the campaigns that are played to their end', async () => {
    let before = 0;
    for await (const { endedAt, forecast: made } of judge(seeds)) {
      expect(made.because).toBeNull();
      if (made.end !== null && endedAt <= made.end.p90) before += 1;
    }
    expect(before).toBeGreaterThanOrEqual(2);
  });
});

const withDefinition = (campaign: Campaign, change: Partial<Campaign['definition']>): Campaign => ({
  ...campaign,
  definition: { ...campaign.definition, ...change },
});

const withSlots = (question: ForecastQuestion, slots: number): ForecastQuestion => ({
  ...question,
  campaign: withDefinition(question.campaign, { budgets: { active: slots, perLogonServer: slots } }),
});

async function p50Of(question: ForecastQuestion): Promise<number> {
  const { end, madeAt } = await forecastCampaign(question);
  return (end?.p50 ?? Infinity) - madeAt;
}
