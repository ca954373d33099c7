import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { modelFleet } from '../../orchestrator/simulation/model-fleet.ts';
import type { Scenario } from '../../orchestrator/simulation/scenario.ts';
import { smsProfile } from '../products/given.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** A Monday, 05:00 UTC: before the users come to work. */
export const mondayAtFive = Date.UTC(2026, 10, 23, 5);
export const dayMs = 24 * 3_600_000;

const nothingNamed = { clients: [], logonServers: [], zones: [], labels: [] };

export const usualCampaign = `
campaign: simulated
release: sms-1.2-sp4
waves:
  - { name: canary, count: 5, gate: { settled: 60 %, failures: 100 %, minSample: 2 } }
  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 200 } }
budgets: { active: 12, perLogonServer: 4 }
`;

/** A campaign file on a small model fleet. */
export function scenarioOf(
  text: string,
  {
    clients = 60,
    seed = 'seed',
    ...others
  }: Partial<Omit<Scenario, 'clients'>> & { readonly clients?: number } = {},
): Scenario {
  return {
    definition: unwrapped(parseCampaign(text, 'campaign.yaml', { now: mondayAtFive })),
    clients: modelFleet(clients, seed, nothingNamed),
    traits: {},
    seed,
    profile: smsProfile(),
    startAt: mondayAtFive,
    horizonMs: 60 * dayMs,
    approvalMs: 4 * 3_600_000,
    callMs: 150,
    checksIn: true,
    ...others,
  };
}
