import { describe, expect, it, test } from 'vitest';
import { fleetFromLooks, type KnownLook, traitOfLook } from '../../orchestrator/simulation/from-looks.ts';
import { modelFleet } from '../../orchestrator/simulation/model-fleet.ts';
import { percentile } from '../../orchestrator/simulation/percentiles.ts';
import { limitsOf, traitsIn } from '../../orchestrator/simulation/limits.ts';
import { planReplicates } from '../../orchestrator/simulation/replicates.ts';
import { thinned } from '../../orchestrator/simulation/thinning.ts';
import { scenarioOf, usualCampaign } from './given.ts';

const nothingNamed = { clients: [], logonServers: [], zones: [], labels: [] };

describe('a look', () => {
  it.each([
    ['server', false, [], 'server'],
    ['current', false, [], 'current'],
    ['couldNotLook', false, [], 'offlineForDays'],
    ['blocked', true, [], 'pcmInBin'],
    ['blocked', true, ['packageRuns'], 'pcmBusy'],
    ['blocked', false, [], 'userProgram'],
    ['free', false, [], 'free'],
    ['free', false, ['loadMissing'], 'loadMissing'],
    ['free', false, ['loadDouble'], 'loadTwice'],
  ] as const)(
    'with verdict %s, movable %s and %j is modelled as %4$s',
    (verdict, movable, remarks, trait) => {
      expect(traitOfLook({ verdict, movable, remarks })).toBe(trait);
    },
  );
});

describe('a fleet from looks', () => {
  const clients = modelFleet(40, 'seed', nothingNamed);
  const looks = clients.slice(0, 30).map(({ client }, at): KnownLook => ({
    client,
    verdict: at < 10 ? 'blocked' : 'free',
    movable: true,
    remarks: [],
  }));

  it('keeps what each look found, and gives the others the shares of the fleet', () => {
    const known = fleetFromLooks(clients, looks, 'seed');
    const workstations = clients.filter(({ role }) => role === 'workstation');
    expect(Object.keys(known?.traits ?? {})).toHaveLength(workstations.length);
    const other = looks.filter(({ client, verdict }) => {
      const trait = known?.traits[client];
      return trait !== undefined && trait !== (verdict === 'blocked' ? 'pcmInBin' : 'free');
    });
    expect(other).toEqual([]);
    expect(known?.says).toMatch(/^40 clients of the fleet.*10 of them have no look/);
    expect(fleetFromLooks(clients, looks, 'seed')).toEqual(known);
  });

  it('brings the free times that campaigns have counted', () => {
    const [first, ...others] = looks;
    const counted = [{ ...(first ?? never()), freeTime: 'd1730:3/4' }, ...others];
    expect(fleetFromLooks(clients, counted, 'seed')?.freeTimes).toEqual({
      [first?.client ?? '']: 'd1730:3/4',
    });
    expect(fleetFromLooks(clients, looks, 'seed')).not.toHaveProperty('freeTimes');
  });

  it('is none without a look', () => {
    expect(fleetFromLooks(clients, [], 'seed')).toBeNull();
  });
});

describe('a smaller fleet', () => {
  const large = scenarioOf(
    usualCampaign.replace('count: 5', 'percent: 10 %').replace('active: 12', 'active: 200'),
    {
      clients: 6_000,
    },
  );

  it('keeps whole logon servers and their limits, and shrinks those of the campaign', () => {
    const small = thinned(large, 1_500);
    const kept = new Set(small.scenario?.clients.map(({ logonServer }) => logonServer));
    expect(kept.size).toBeGreaterThan(1);
    expect(small.scenario?.clients).toEqual(large.clients.filter(({ logonServer }) => kept.has(logonServer)));
    const share = (small.scenario?.clients.length ?? 0) / 6_000;
    expect(small.scenario?.definition.budgets).toEqual({
      active: Math.round(200 * share),
      perLogonServer: 4,
    });
  });

  it('keeps more logon servers where a number would be rounded too far', () => {
    const text = usualCampaign.replace('count: 5', 'count: 20').replace('active: 12', 'active: 200');
    const scenario = scenarioOf(text, { clients: 20_000 });
    // 1,500 of 20,000 clients would make 1.5 clients of the 20.
    const small = thinned(scenario, 1_500).scenario;
    const [canary] = small?.definition.waves ?? [];
    expect(canary?.size).toEqual({ count: 2 });
    expect((small?.clients.length ?? 0) / 20_000).toBeCloseTo(2 / 20, 1);
    expect(planReplicates(scenario).noP90).toBeNull();
  });

  it('is found for every number of slots of a large fleet, and says P90', () => {
    for (let active = 12; active <= 24; active += 1) {
      const text = usualCampaign
        .replace('count: 5', 'percent: 1 %')
        .replace('active: 12', `active: ${active}`);
      const plan = planReplicates(scenarioOf(text, { clients: 20_000 }));
      const clients = plan.replicates.reduce((sum, each) => sum + each.clients.length, 0);
      expect(plan.noP90, `active: ${active}`).toBeNull();
      expect(clients, `active: ${active}`).toBeLessThanOrEqual(62_000);
    }
  });

  it.each([
    ['active: 1, perLogonServer: 2', /budgets\.active of 1 would become 0/],
    ['active: 200, perLogonServer: 2 }\nspeed: { startsPerMinute: 1', /speed\.startsPerMinute of 1/],
  ])('is none where %s would be rounded away', (budgets, because) => {
    const text = usualCampaign
      .replace('count: 5', 'percent: 10 %')
      .replace(/budgets: {.*}/, `budgets: { ${budgets} }`);
    const small = thinned(scenarioOf(text, { clients: 6_000 }), 1_500);
    expect(small.scenario === null && small.because).toMatch(because);
    const plan = planReplicates(scenarioOf(text, { clients: 6_000 }));
    expect(plan.fleet).toBe('the whole fleet');
    expect(plan.noP90).toMatch(/too few to say P90, and a smaller fleet would be another one/);
  });
});

test('each limit of a scenario is left out for itself', () => {
  const scenario = scenarioOf(
    `${usualCampaign}\nspeed: { startsPerMinute: 3 }\nwindow: { between: "22:00-05:00" }\napprovals: [{ wave: rest }]\n`,
  );
  const limits = limitsOf(scenario);
  expect(limits.map(({ key }) => key)).toEqual([
    'active',
    'perLogonServer',
    'speed',
    'window',
    'restart.allowed',
    'gates',
    'approvals',
    'the PCM service in the component directory',
    'programs that users leave open',
    'clients that are switched off for days',
  ]);
  for (const { without } of limits) expect(without).not.toEqual(scenario);
  const blocked = limits.find(({ key }) => key.startsWith('the PCM'));
  expect([...traitsIn(blocked?.without ?? scenario).values()]).not.toContain('pcmInBin');
});

test('a percentile is a value that was found, and none where too many never end', () => {
  expect(percentile([5, 1, 3, 2, 4], 50)).toBe(3);
  expect(percentile([1, 2, null], 50)).toBe(2);
  expect(percentile([1, 2, null], 90)).toBeNull();
});

const never = (): never => {
  throw new Error('there is a look');
};
