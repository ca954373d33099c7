import { horizonMs } from '../simulation/assumed.ts';
import { isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignForecast, Ends } from '../../shared/domain/campaign/forecast.ts';
import { timesOfAnswers } from '../domain/approvals-ahead.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { chance } from '../simulation/machines/chance.ts';
import type { Observer } from '../simulation/observer.ts';
import { percentile } from '../simulation/percentiles.ts';
import { newRow, type Row } from '../simulation/row.ts';
import { Rulings } from '../simulation/rulings.ts';
import { simulate } from '../simulation/simulation.ts';
import { MeasuredSteps } from '../simulation/step-times.ts';
import { FigureClients } from './figure-clients.ts';
import { figuresOf } from './figures.ts';
import type { Easing, ForecastQuestion, KnownUpgrade } from './question.ts';
import { whyNoForecast } from './why-no-forecast.ts';

const replicatesAtMost = 40;
const leastReplicates = 10;
/** So many unfinished clients are simulated in all replicates together. */
const clientsInReplicates = 60_000;

/**
 * Forecasts the end of a running campaign: simulates what is left of it, many times, from where it
 * stands. In each replicate other clients are counted, drawn with repeats from those that are
 * known: figures of few clients are uncertain, and so is the forecast then.
 */
export async function forecastCampaign(question: ForecastQuestion): Promise<CampaignForecast> {
  const { campaign, upgrades, waiting, now } = question;
  const known = upgrades.map(({ upgrade }) => upgrade);
  const figures = figuresOf(campaign.definition, known, now);
  const because = whyNoForecast(question, figures);
  if (because !== null) return { madeAt: now, because, end: null };
  const left =
    known.filter(({ state }) => state.phase !== 'settled').length +
    waiting.reduce((sum, clients) => sum + clients.length, 0);
  const affordable = Math.floor(clientsInReplicates / Math.max(1, left));
  const replicates = Math.max(leastReplicates, Math.min(replicatesAtMost, affordable));
  const runs = await replicatesOf(question, replicates);
  const end = endsOf(runs.map((run) => run.endsAt));
  if (end === null) return { madeAt: now, because: whyUncertain(runs), end: null };
  return {
    madeAt: now,
    because: null,
    end,
    waves: campaign.waveSizes.map((_, wave) => endsOf(runs.map(({ waves }) => waves[wave] ?? null))),
    replicates,
    looked: figures.looked,
    settled: figures.settled,
  };
}

/** So many simulations of what is left. The same number has the same chances in every question. */
export async function replicatesOf(question: ForecastQuestion, count: number): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let number = 0; number < count; number += 1)
    runs.push(await replicate(question, `${question.seed}/${number}`));
  return runs;
}

/** One replicate: when it ends, and when the last client of each wave is finished. */
export interface Run {
  /** Null = it does not end by itself. */
  readonly endsAt: number | null;
  /** When its clients were finished, in the order of time. */
  readonly finished: readonly number[];
  readonly waves: readonly (number | null)[];
  /** Why it does not end, in words. */
  readonly because: string | null;
}

function endsOf(times: readonly (number | null)[]): Ends | null {
  const [p50, p90] = [percentile(times, 50), percentile(times, 90)];
  return p50 === null || p90 === null ? null : { p50, p90 };
}

function whyUncertain(runs: readonly Run[]): string {
  const stuck = runs.filter(({ endsAt }) => endsAt === null);
  const because = stuck.find((run) => run.because !== null)?.because ?? 'it takes longer than 120 days';
  return `${stuck.length} of ${runs.length} simulations of what is left do not end by themselves: ${because}`;
}

/** Simulates once what is left of a campaign. The same seed draws the same clients. */
export async function replicate(question: ForecastQuestion, seed: string): Promise<Run> {
  const { campaign, upgrades, waiting, sources, now, easing } = question;
  const known = upgrades.map(({ upgrade }) => upgrade);
  const figures = figuresOf(campaign.definition, drawnWithRepeats(known, seed), now);
  const model = new FigureClients(figures, seed, easing?.isOver);
  const rulings = new Rulings(campaign, sources, new MeasuredSteps());
  const rows = upgrades.map((each) => rowOf(each, now, easing?.due));
  for (const { client, upgrade } of rows)
    if (upgrade.state.phase !== 'settled') model.know(upgrade, rulings.of(client), now);
  const ends = campaign.waveSizes.map((): number | null => null);
  const finished: number[] = [];
  let because: string | null = null;
  const observer: Observer = {
    upgrade: ({ after, at }) => {
      if (after.state.phase !== 'settled') return;
      ends[after.wave] = at;
      finished.push(at);
    },
    campaign: (step) => {
      ({ because } = step);
    },
  };
  const until = now + horizonMs;
  const setup = { campaign, waves: waiting, rows, sources, model, startAt: now, until, observer };
  const approvalMs = drawnAnswer(timesOfAnswers(campaign) ?? [], seed);
  const { campaign: ended, at } = await simulate({ ...setup, approvalMs });
  const isOver = isCampaignOver(ended.state);
  return {
    endsAt: isOver ? at : null,
    finished,
    waves: ends,
    because: isOver ? null : because,
  };
}

/** As many as there are, some more than once and some not at all. */
const drawnWithRepeats = (known: readonly Upgrade[], seed: string): readonly Upgrade[] =>
  known.flatMap((_, at) => known[Math.floor(chance(seed, 'known', at) * known.length)] ?? []);

/** How long people take to answer in a replicate: as long as once before; null = nobody does. */
const drawnAnswer = (times: readonly number[], seed: string): number | null =>
  times[Math.floor(chance(seed, 'answer') * times.length)] ?? null;

/** The row of a record. One that is driven is due at once: what its driver does is not known. */
function rowOf(
  { client, upgrade, index, dueAt, holdsSlots }: KnownUpgrade,
  now: number,
  due: Easing['due'] = [],
): Row {
  const { state } = upgrade;
  const isEased = state.phase === 'deferred' && due.includes(state.class);
  const row = newRow(client, upgrade, Math.max(now, index === 'due' && !isEased ? (dueAt ?? now) : now));
  return {
    ...row,
    index: index === 'driven' ? 'due' : index,
    parkedAt: now,
    holdsSlots: holdsSlots && state.phase !== 'settled',
  };
}
