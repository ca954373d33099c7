import { beforeAll, describe, expect, test } from 'vitest';
import { forecastCampaign, replicatesOf } from '../../orchestrator/forecast/campaign-forecast.ts';
import type { ForecastQuestion } from '../../orchestrator/forecast/question.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { scenarioOf } from '../simulation/given.ts';
import { play } from './played.ts';

const campaignFile = `
campaign: played
release: sms-1.2-sp4
waves:
  - { name: canary, count: 12, gate: { settled: 60 %, failures: 100 %, minSample: 2 } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
budgets: { active: 1, perLogonServer: 1 }
window: { days: [mon, tue, wed, thu, fri], between: "20:00-02:00" }
`;
const replicates = 8;
const questions: ForecastQuestion[] = [];

beforeAll(async () => {
  for (const seed of ['a', 'b', 'c', 'd'])
    questions.push((await play(scenarioOf(campaignFile, { clients: 70, seed }), 35)).question);
});

const changed = (
  question: ForecastQuestion,
  change: (definition: CampaignDefinition) => Partial<CampaignDefinition>,
): ForecastQuestion => {
  const { definition } = question.campaign;
  return {
    ...question,
    campaign: { ...question.campaign, definition: { ...definition, ...change(definition) } },
  };
};

/** The mean time until the end, over the simulations of all seeds. */
async function meanMs(all: readonly ForecastQuestion[]): Promise<number> {
  const left: number[] = [];
  for (const question of all)
    for (const { endsAt } of await replicatesOf(question, replicates))
      left.push((endsAt ?? Infinity) - question.now);
  return left.reduce((sum, each) => sum + each, 0) / left.length;
}

describe('the forecast of a running campaign, on several seeds', () => {
  test('is never before now, and P90 is never before P50', async () => {
    for (const question of questions) {
      const { now, campaign } = question;
      const found = await forecastCampaign(question);
      const all = found.end === null ? [] : [found.end, ...found.waves.filter((wave) => wave !== null)];
      expect(all.length).toBeGreaterThan(1);
      expect(all.filter(({ p50, p90 }) => p50 < now || p90 < p50)).toEqual([]);
      expect(campaign.state.status).toBe('running');
    }
  });

  test('follows from the seed and the records alone', async () => {
    const [question] = questions;
    if (question === undefined) throw new Error('there is one');
    const first = await replicatesOf(question, 2);
    expect(await replicatesOf({ ...question, upgrades: [...question.upgrades] }, 2)).toEqual(first);
    expect(await replicatesOf({ ...question, seed: 'another' }, 2)).not.toEqual(first);
  });

  test('is not later with more budget, in the mean of the same seeds', async () => {
    const budgets: readonly (readonly [
      string,
      (definition: CampaignDefinition) => Partial<CampaignDefinition>,
    ])[] = [
      ['more slots', ({ budgets: own }) => ({ budgets: { ...own, active: 12 } })],
      ['more of a logon server', ({ budgets: own }) => ({ budgets: { ...own, perLogonServer: 9 } })],
      ['both', ({ budgets: own }) => ({ budgets: { ...own, active: 12, perLogonServer: 9 } })],
      ['no window', ({ policy }) => ({ policy: { ...policy, window: null } })],
    ];
    const before = await meanMs(questions);
    const later: string[] = [];
    for (const [name, more] of budgets) {
      const after = await meanMs(questions.map((question) => changed(question, more)));
      if (after > before) later.push(`${name}: ${after} after ${before}`);
    }
    expect(later).toEqual([]);
  });
});
