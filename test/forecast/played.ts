import { forecastCampaign } from '../../orchestrator/forecast/campaign-forecast.ts';
import type { CampaignForecast } from '../../shared/domain/campaign/forecast.ts';
import type { ForecastQuestion } from '../../orchestrator/forecast/question.ts';
import { chance } from '../../orchestrator/simulation/machines/chance.ts';
import type { Observer } from '../../orchestrator/simulation/observer.ts';
import type { Row } from '../../orchestrator/simulation/row.ts';
import { runScenario, type Scenario, startScenario } from '../../orchestrator/simulation/scenario.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { scenarioOf } from '../simulation/given.ts';

/** A campaign that was played to its end on model machines, and where it stood on the way. */
export interface Played {
  readonly scenario: Scenario;
  /** Policy time; Infinity = it did not end by itself. */
  readonly endedAt: number;
  readonly question: ForecastQuestion;
}

/** One of many campaigns with other policies and other machines. */
export function seededScenario(seed: number): Scenario {
  const draw = (what: string, from: number, to: number): number =>
    from + Math.floor(chance(String(seed), what) * (to - from + 1));
  const first = draw('canary', 5, 20);
  const window = ['', '', 'window: { days: [mon, tue, wed, thu, fri], between: "20:00-06:00" }'][
    draw('window', 0, 2)
  ];
  const text = [
    'campaign: played',
    'release: sms-1.2-sp4',
    'waves:',
    `  - { name: canary, count: ${first}, gate: { settled: ${draw('settled', 50, 80)} %, failures: 100 %, minSample: 2${draw('soak', 0, 2) === 0 ? ', soak: 12h' : ''} } }`,
    '  - { name: rest, rest: true, gate: { failures: 100 % } }',
    `budgets: { active: ${draw('active', 5, 40)}, perLogonServer: ${draw('perServer', 2, 12)} }`,
    window,
  ].join('\n');
  return scenarioOf(text, { clients: draw('clients', 80, 240), seed: `played ${seed}` });
}

/** When so many of a hundred clients were finished; Infinity = never. */
async function timeOfShare(scenario: Scenario, percent: number): Promise<{ at: number; endedAt: number }> {
  const started = startScenario(scenario);
  const wanted = Math.ceil((scenario.clients.length * percent) / 100);
  let settled = 0;
  let reachedAt = Infinity;
  const observer: Observer = {
    upgrade: ({ after, at }) => {
      if (after.state.phase !== 'settled') return;
      settled += 1;
      if (settled === wanted) reachedAt = at;
    },
  };
  const { campaign, at } = await runScenario(scenario, started, observer);
  return { at: reachedAt, endedAt: campaign.state.status === 'ended' ? at : Infinity };
}

/** Plays a campaign to its end, and once more until so many of a hundred clients are finished. */
export async function play(scenario: Scenario, percent: number): Promise<Played> {
  const { at, endedAt } = await timeOfShare(scenario, percent);
  const started = startScenario(scenario);
  const horizonMs = at - started.startAt;
  const { books, campaign } = await runScenario({ ...scenario, horizonMs }, started);
  const waiting = campaign.waveSizes.map((): Client[] => []);
  for (const { client, wave } of books.waiting.all()) waiting[wave]?.push(client);
  const { release, logonServers } = started;
  return {
    scenario,
    endedAt,
    question: {
      campaign,
      upgrades: [...books.rows.values()].map(known),
      waiting,
      sources: { release, profile: scenario.profile, logonServers },
      now: at,
      seed: 'forecast',
    },
  };
}

const known = ({ client, upgrade, index, dueAt, holdsSlots }: Row): ForecastQuestion['upgrades'][number] => ({
  client,
  upgrade,
  index,
  dueAt,
  holdsSlots,
});

export interface Judged {
  readonly seed: number;
  readonly endedAt: number;
  readonly forecast: CampaignForecast;
}

/** Plays seeded campaigns one after the other, with a forecast at a quarter of each. */
export async function* judge(seeds: readonly number[]): AsyncGenerator<Judged> {
  for (const seed of seeds) {
    const { endedAt, question } = await play(seededScenario(seed), 25);
    yield { seed, endedAt, forecast: await forecastCampaign(question) };
  }
}
