import { expect, test } from 'vitest';
import { assumptionsOf, type SimulationOrder } from '../../orchestrator/simulation/simulate-file.ts';
import { modelFleet } from '../../orchestrator/simulation/model-fleet.ts';
import { scenarioOf, usualCampaign } from './given.ts';

test('a model fleet has clients with each named label of a key, and clients with none', () => {
  const labels = ['ring=canary', 'ring=early'];
  const fleet = modelFleet(300, '1', { clients: [], logonServers: [], zones: [], labels });
  const sizes = [...labels, ''].map((label) => fleet.filter((each) => each.labels.join() === label).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300);
  for (const size of sizes) expect(size).toBeGreaterThan(60);
});

test('a model fleet is called so, with its number as every screen writes numbers', () => {
  const scenario = scenarioOf(usualCampaign, { clients: 1_000 });
  const order: SimulationOrder = {
    file: 'campaign.yaml',
    text: usualCampaign,
    fleet: { count: 1_000 },
    seed: '1',
    startAt: scenario.startAt,
    approvalMs: 0,
    profile: scenario.profile,
  };
  expect(assumptionsOf(order, scenario)[0]).toMatch(/^1,000 model clients with \d+ logon servers, /);
});
