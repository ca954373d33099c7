import { describe, expect, it } from 'vitest';
import type { ClientModel } from '../../orchestrator/simulation/client-model.ts';
import type { Scenario } from '../../orchestrator/simulation/scenario.ts';
import { startScenario } from '../../orchestrator/simulation/scenario.ts';
import { simulate } from '../../orchestrator/simulation/simulation.ts';
import { scenarioOf, usualCampaign } from './given.ts';

/** Simulates a campaign, and says when each check-in was reported and when it was. */
async function checkInsOf(scenario: Scenario): Promise<readonly { at: number; asked: number }[]> {
  const { campaign, waves, release, model, logonServers, startAt } = startScenario(scenario);
  const found: { at: number; asked: number }[] = [];
  const watched: ClientModel = {
    run: (order) => model.run(order),
    nextMoment: (client) => model.nextMoment(client),
    forget: (client) => model.forget(client),
    live: (client, until) => {
      const checkIns = model.live(client, until);
      for (const at of checkIns) found.push({ at, asked: until });
      return checkIns;
    },
  };
  await simulate({
    campaign,
    waves,
    sources: { release, profile: scenario.profile, logonServers },
    model: watched,
    startAt,
    until: startAt + scenario.horizonMs,
    approvalMs: scenario.approvalMs,
  });
  return found;
}

describe('a client that rests', () => {
  // Users who come and go, power failures, restarts that nobody comes back from, locked files.
  it.each(['first', 'second', 'third'])('checks in at the moment it was waited for: %s', async (seed) => {
    const text = `${usualCampaign}window: { between: "20:00-06:00" }\n`;
    const found = await checkInsOf(scenarioOf(text, { clients: 150, seed }));
    expect(found.length).toBeGreaterThan(100);
    // A check-in that is found later than it was would wake its upgrade too late.
    expect(found.filter(({ at, asked }) => at !== asked)).toEqual([]);
  });

  it('checks in at that moment also where computers are shut down at night', async () => {
    const habits = { staysOn: 0.2, shutsDownAfter: [600_000, 2_400_000] } as const;
    const found = await checkInsOf(scenarioOf(usualCampaign, { clients: 150, habits }));
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter(({ at, asked }) => at !== asked)).toEqual([]);
  });
});
