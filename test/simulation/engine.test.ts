import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extraTraits, type Trait, traitOf } from '../../orchestrator/simulation/machines/traits.ts';
import type { Observer } from '../../orchestrator/simulation/observer.ts';
import { runScenario, type Scenario, startScenario } from '../../orchestrator/simulation/scenario.ts';
import { TimelineObserver } from '../../orchestrator/simulation/timeline.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { beginsSomething } from '../../shared/domain/upgrade/placement.ts';
import { isWindowOpen } from '../../shared/domain/time/window.ts';
import { expectedOf } from '../lab/expected.ts';
import { dayMs, mondayAtFive, scenarioOf, usualCampaign } from './given.ts';

/** Runs a scenario, and returns every transition in words. */
async function historyOf(scenario: Scenario): Promise<readonly string[]> {
  const lines: string[] = [];
  const observer: Observer = {
    upgrade: ({ client, after, at, because }) =>
      lines.push(`${at} ${client.client} ${after.state.phase} ${because}`),
    campaign: ({ at, because }) => lines.push(`${at} ${because}`),
  };
  await runScenario(scenario, startScenario(scenario), observer);
  return lines;
}

async function endOf(scenario: Scenario): Promise<number> {
  const { campaign, at } = await runScenario(scenario, startScenario(scenario));
  expect(campaign.state.status).toBe('ended');
  return at;
}

/** The trait that a machine of the scenario draws. */
const traitIn = ({ seed }: Scenario, client: Scenario['clients'][number]): Trait =>
  client.role === 'server' ? 'server' : traitOf(seed, client.client);

describe('a simulated campaign', () => {
  it('is the same for the same seed, and another one for another', async () => {
    const [one, again, other] = await Promise.all([
      historyOf(scenarioOf(usualCampaign)),
      historyOf(scenarioOf(usualCampaign)),
      historyOf(scenarioOf(usualCampaign, { seed: 'other' })),
    ]);
    expect(one.length).toBeGreaterThan(500);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('ends every client as its trait and the policy say', async () => {
    const scenario = scenarioOf(usualCampaign, { clients: 300 });
    const { books, campaign } = await runScenario(scenario, startScenario(scenario));
    expect(campaign.state.status).toBe('ended');
    const wrong = scenario.clients.flatMap((client) => {
      const { state } = books.rows.get(client.client)?.upgrade ?? { state: { phase: 'waiting' } };
      const end = 'end' in state ? state.end : state.phase;
      const trait = traitIn(scenario, client);
      const expected = expectedOf(trait, { relocation: true, workaround: false }).end;
      return end === expected ? [] : [`${client.client} (${trait}): ${end}, expected ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  // A service that needs minutes to stop is given up after 30 real seconds (`service-control.ts`).
  // In the lab these are hours of its own time, so that the expected end is another one there.
  const rare = extraTraits.filter((trait) => trait !== 'slowStop');

  it('does so with rare troubles, too', async () => {
    const base = scenarioOf(usualCampaign, { clients: 52 });
    const traits = Object.fromEntries(
      base.clients.map(({ client }, at) => [client, rare[at % rare.length] ?? 'free'] as const),
    );
    const scenario = {
      ...base,
      clients: base.clients.map((client) => ({ ...client, role: 'workstation' as const })),
      traits,
    };
    const { books } = await runScenario(scenario, startScenario(scenario));
    const wrong = [...books.rows.values()].flatMap(({ client, upgrade: { state } }) => {
      const trait = traits[client.client] ?? 'free';
      const expected = expectedOf(trait, { relocation: true, workaround: false }).end;
      const end = 'end' in state ? state.end : state.phase;
      return end === expected ? [] : [`${client.client} (${trait}): ${end}, expected ${expected}`];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps counters and slots equal to a recount, and no slot after its end', async () => {
    const scenario = scenarioOf(usualCampaign);
    const { books } = await runScenario(scenario, startScenario(scenario));
    const recount: Record<string, number> = {};
    for (const { upgrade } of books.rows.values())
      for (const [name, count] of Object.entries(countersOf(upgrade)))
        recount[name] = (recount[name] ?? 0) + count;
    expect(books.allCounters()).toEqual(recount);
    expect(books.slots.all).toBe(0);
    expect(books.parked.size).toBe(0);
  });

  it('never takes more slots than its budgets have, and begins nothing outside a window', async () => {
    const budgets = fc.record({
      active: fc.integer({ min: 1, max: 20 }),
      perLogonServer: fc.integer({ min: 1, max: 8 }),
      maxDownloads: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      perMinute: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      isNight: fc.boolean(),
      seed: fc.integer({ min: 0, max: 9_999 }),
    });
    await fc.assert(
      fc.asyncProperty(
        budgets,
        async ({ active, perLogonServer, maxDownloads, perMinute, isNight, seed }) => {
          const text = [
            usualCampaign.replace(/budgets: .*/, ''),
            `budgets: { active: ${active}, perLogonServer: ${perLogonServer}${maxDownloads === undefined ? '' : `, maxDownloads: ${maxDownloads}`} }`,
            ...(perMinute === undefined ? [] : [`speed: { startsPerMinute: ${perMinute} }`]),
            ...(isNight ? ['window: { days: [mon, tue, wed, thu, fri], between: "22:00-05:00" }'] : []),
          ].join('\n');
          const scenario = scenarioOf(text, { clients: 40, seed: String(seed) });
          const { window } = scenario.definition.policy;
          const started: number[] = [];
          const outside: string[] = [];
          const observer: Observer = {
            upgrade: ({ client, before, after, at }) => {
              if (before === null) started.push(at);
              if (window !== null && beginsSomething(after) && !isWindowOpen(window, client.zone, at))
                outside.push(`${client.client} ${after.state.phase} at ${new Date(at).toISOString()}`);
              expect(at).toBeGreaterThanOrEqual(mondayAtFive);
            },
          };
          const { books } = await runScenario(scenario, startScenario(scenario), observer);
          expect(books.slots.most).toBeLessThanOrEqual(active);
          expect(books.slots.mostAtOneServer).toBeLessThanOrEqual(perLogonServer);
          expect(outside).toEqual([]);
          const tooFast = started.filter(
            (at) =>
              started.filter((other) => other >= at && other < at + 60_000).length > (perMinute ?? Infinity),
          );
          expect(tooFast).toEqual([]);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('ends no later with a larger budget, over many seeds', async () => {
    const with_ = (active: number, perLogonServer: number): string =>
      usualCampaign.replace(
        /budgets: .*/,
        `budgets: { active: ${active}, perLogonServer: ${perLogonServer} }`,
      );
    const meanOf = async (text: string): Promise<number> => {
      let sum = 0;
      for (let seed = 0; seed < 100; seed += 1)
        sum += (await endOf(scenarioOf(text, { clients: 8, seed: String(seed) }))) - mondayAtFive;
      return sum / 100;
    };
    const [narrow, wide] = [await meanOf(with_(1, 1)), await meanOf(with_(4, 2))];
    expect(wide).toBeLessThanOrEqual(narrow);
  });

  it('opens waves by their gates: rings soak, and a person approves', async () => {
    const text = `
campaign: rings
release: sms-1.2-sp4
waves:
  - { name: first, count: 4, gate: { settled: 100 %, failures: 100 %, minSample: 2, soak: 12h } }
  - { name: second, count: 8, gate: { settled: 100 %, failures: 100 %, minSample: 2, approval: true } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
`;
    const scenario = scenarioOf(text, { clients: 30, approvalMs: 6 * 3_600_000 });
    const started = startScenario(scenario);
    const observer = new TimelineObserver(started.campaign, started.startAt);
    const { campaign } = await runScenario(scenario, started, observer);
    const [first, second, rest] = observer.timelines(campaign);
    expect(campaign.state.status).toBe('ended');
    expect((second?.opensAt ?? 0) - (first?.settlesAt ?? 0)).toBeGreaterThanOrEqual(12 * 3_600_000);
    const waited = (rest?.opensAt ?? 0) - (second?.settlesAt ?? 0);
    expect(waited).toBeGreaterThanOrEqual(6 * 3_600_000);
    expect(waited).toBeLessThan(6 * 3_600_000 + 60_000);
  });

  it.each(['remediation', 'each'])('asks a person about a step: %s', async (kind) => {
    const text = `${usualCampaign}\napprovals:\n  - { ${kind}: relocation }\n`;
    const ends = async (approvalMs: number | null) => {
      const scenario = scenarioOf(text, { approvalMs });
      const { campaign, at } = await runScenario(scenario, startScenario(scenario));
      return { status: campaign.state.status, at };
    };
    const [soon, late, never] = [await ends(0), await ends(10 * dayMs), await ends(null)];
    expect([soon.status, late.status, never.status]).toEqual(['ended', 'ended', 'running']);
    expect(late.at).toBeGreaterThan(soon.at);
  });

  it('pauses by a stop rule', async () => {
    const text = `${usualCampaign}\nstop:\n  - { sameCause: 2, within: 7d, do: pause }\n`;
    const { campaign } = await runScenario(scenarioOf(text), startScenario(scenarioOf(text)));
    expect(campaign.state).toMatchObject({ status: 'paused', by: 'stop rule' });
  });

  it('begins only what fits its window, by the durations that it measures', async () => {
    const text = `${usualCampaign}\nwindow: { days: [mon, tue, wed, thu, fri], between: "22:00-05:00" }\nfit: { restart: 20m, relocation: 30m }\n`;
    const scenario = scenarioOf(text);
    const { campaign, books } = await runScenario(scenario, startScenario(scenario));
    expect(campaign.state.status).toBe('ended');
    expect(
      [...books.rows.values()].filter(({ upgrade: { state } }) => 'end' in state && state.end === 'upgraded')
        .length,
    ).toBeGreaterThan(40);
  });

  it('lets no more clients of a logon server restart at the same time than its budget says', async () => {
    const text = usualCampaign.replace(
      'perLogonServer: 4',
      'perLogonServer: 4, restarts: { perLogonServer: 1 }',
    );
    const scenario = scenarioOf(text);
    const restarting = new Map<string, Set<string>>();
    let most = 0;
    const { campaign } = await runScenario(scenario, startScenario(scenario), {
      upgrade: ({ client, after }) => {
        const own = restarting.get(client.logonServer) ?? new Set();
        restarting.set(client.logonServer, own);
        const isIn = after.state.phase !== 'settled' && after.memory.open.restart !== null;
        if (isIn) own.add(client.client);
        else own.delete(client.client);
        most = Math.max(most, own.size);
      },
    });
    expect(campaign.state.status).toBe('ended');
    expect(most).toBe(1);
  });

  it('takes each hook of a client to say go', async () => {
    const scenario = scenarioOf(`${usualCampaign}\nhooks: { beforeClient: { run: [go] } }\n`);
    const said: string[] = [];
    const { campaign } = await runScenario(scenario, startScenario(scenario), {
      upgrade: ({ because }) => said.push(because),
    });
    expect(campaign.state.status).toBe('ended');
    expect(said).toContain('hook before-client: assumed');
  });

  it('limits how many remediations begin in an hour', async () => {
    const text = usualCampaign.replace(
      'perLogonServer: 4',
      'perLogonServer: 4, remediations: { perHour: 1 }',
    );
    const begun: number[] = [];
    const scenario = scenarioOf(text);
    await runScenario(scenario, startScenario(scenario), {
      upgrade: ({ before, after, at }) => {
        if (before?.state.phase === 'looking' && after.state.phase === 'remedying') begun.push(at);
      },
    });
    expect(begun.length).toBeGreaterThan(10);
    for (const [at, time] of begun.entries())
      expect(time - (begun[at - 1] ?? -Infinity)).toBeGreaterThanOrEqual(3_600_000);
  });

  it('pauses by a gate, and nobody resumes it', async () => {
    const text = usualCampaign.replace(/failures: 100 %, minSample: 2/, 'failures: 0 %, minSample: 2');
    const broken = scenarioOf(text, { seed: 'gate' });
    const traits = Object.fromEntries(
      broken.clients.map(({ client }) => [client, 'neverComesBack'] as const),
    );
    const scenario = { ...broken, traits };
    const { campaign, isCut } = await runScenario(scenario, startScenario(scenario));
    expect(campaign.state).toMatchObject({ status: 'paused', byGate: true });
    expect(isCut).toBe(true);
  });

  it('ends at its own end, and cancels what had not begun', async () => {
    const text = `${usualCampaign}\nendAt: 2026-11-24 12:00 UTC\natEnd: cancel\n`;
    const scenario = scenarioOf(text);
    const { campaign, at, books } = await runScenario(scenario, startScenario(scenario));
    expect(campaign.state).toMatchObject({ status: 'aborted' });
    expect(at).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 24, 12));
    expect(at).toBeLessThan(Date.UTC(2026, 10, 24, 12) + dayMs);
    expect([...books.rows.values()].every(({ index }) => index === 'settled')).toBe(true);
  });

  it('looks again at upgraded clients where a gate asks for their health', async () => {
    const text = usualCampaign.replace(
      'waves:\n  - { name: canary, count: 5, gate: { settled: 60 %, failures: 100 %, minSample: 2 } }',
      'waves:\n  - { name: canary, count: 5, gate: { settled: 100 %, failures: 100 %, minSample: 2, health: { watch: 24h } } }',
    );
    const scenario = scenarioOf(text, { clients: 20 });
    const started = startScenario(scenario);
    const observer = new TimelineObserver(started.campaign, started.startAt);
    const { campaign } = await runScenario(scenario, started, observer);
    const [canary, rest] = observer.timelines(campaign);
    expect((rest?.opensAt ?? 0) - (canary?.settlesAt ?? 0)).toBeGreaterThanOrEqual(dayMs);
    expect(campaign.state.status).toBe('ended');
  });
});
