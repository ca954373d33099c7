import type { Binding, LimitGain } from '../../shared/domain/campaign/binding.ts';
import { gainsOf, meanGain } from '../simulation/gains.ts';
import type { RunSummary } from '../simulation/run-summary.ts';
import { gainWords, nothingBinds, togetherWords } from './binding-words.ts';
import { replicate, type Run } from './campaign-forecast.ts';
import { closedNow } from './closed-now.ts';
import { figuresOf } from './figures.ts';
import type { LimitLeft } from './limit-left.ts';
import { limitsLeft } from './limits-left.ts';
import type { ForecastQuestion } from './question.ts';
import { rankGains } from './rank-gains.ts';
import { whyNoForecast } from './why-no-forecast.ts';

/** How much is simulated. */
export interface BindingSize {
  /** How often what is left is simulated without each limit, to find those that may gain. */
  readonly screened: number;
  /** The same with other seeds for each limit that may gain: only these simulations count. */
  readonly measured: number;
  /** So many unfinished clients are simulated in all of them together at most. */
  readonly clients: number;
}

/** A large campaign has less noise, and each simulation of it takes longer. */
const usualSizes: readonly BindingSize[] = [
  { screened: 3, measured: 8, clients: 120_000 },
  { screened: 2, measured: 4, clients: 240_000 },
];

/** So many limits are measured: those that looked best. */
const measuredLimits = 4;
/** Pairs are made of so many limits. */
const pairedLimits = 4;

/**
 * Finds what holds a running campaign up: simulates what is left of the campaign without each of
 * its limits, with the same seeds. A gain counts if it is above the noise of the simulations. Where
 * no limit alone gains, two of them are left out together.
 */
export async function whatBinds(
  question: ForecastQuestion,
  sizes: readonly BindingSize[] = usualSizes,
): Promise<Binding> {
  const known = question.upgrades.map(({ upgrade }) => upgrade);
  const figures = figuresOf(question.campaign.definition, known, question.now);
  const limits = limitsLeft(question);
  const until = closedNow(question);
  const closed = until === null ? {} : { closed: until };
  const without = { says: null, limits: [], tried: [], ...closed };
  const because = whyNoForecast(question, figures);
  if (because !== null) return { ...without, because };
  const left = leftOf(question);
  const size = sizes.find((each) => left * runsOf(each, limits.length) <= each.clients);
  if (size === undefined) return { ...without, because: whyTooLarge(left, sizes, limits.length) };
  const tried = limits.map(({ limit }) => limit);
  const search = new Search(question, size);
  const alone = await search.gains(limits);
  const gains = alone.length > 0 ? alone : await search.gainsOfPairs();
  if (gains.length > 0)
    return { says: gains[0]?.says ?? null, because: null, limits: gains, tried, ...closed };
  const stuck = search.whyNoEnd();
  return { says: stuck === null ? nothingBinds : null, because: stuck, limits: [], tried, ...closed };
}

const leftOf = ({ upgrades, waiting }: ForecastQuestion): number =>
  upgrades.filter(({ upgrade }) => upgrade.state.phase !== 'settled').length + waiting.flat().length;

const runsOf = ({ screened, measured }: BindingSize, limits: number): number =>
  screened * (limits + 1) + measured * (measuredLimits + 1);

function whyTooLarge(left: number, sizes: readonly BindingSize[], limits: number): string {
  const most = Math.max(...sizes.map((size) => Math.floor(size.clients / runsOf(size, limits))));
  return `${left} clients are not finished; what binds is computed for at most ${most}`;
}

/** A limit or a pair of limits, and the simulations without it. */
interface Tried {
  readonly limits: readonly LimitLeft[];
  readonly runs: readonly RunSummary[];
}

class Search {
  readonly #question: ForecastQuestion;
  readonly #size: BindingSize;
  readonly #base = new Map<string, Run>();
  #screened: readonly Tried[] = [];

  constructor(question: ForecastQuestion, size: BindingSize) {
    this.#question = question;
    this.#size = size;
  }

  /** The gains of single limits, the largest first. */
  async gains(limits: readonly LimitLeft[]): Promise<readonly LimitGain[]> {
    this.#screened = await this.#screen(limits.map((limit) => [limit]));
    return this.#measure(this.#screened);
  }

  /** The gains of pairs of the limits that looked best, where none of them gains alone. */
  async gainsOfPairs(): Promise<readonly LimitGain[]> {
    const best = this.#screened
      .flatMap(({ limits: [limit] }) => (limit?.isPolicy === true ? [limit] : []))
      .slice(0, pairedLimits);
    const pairs = best.flatMap((one, at) => best.slice(at + 1).map((other) => [one, other]));
    return this.#measure(await this.#screen(pairs));
  }

  /** Why the campaign does not end by itself in most simulations; null = it does. */
  whyNoEnd(): string | null {
    const runs = [...this.#base.values()];
    const stuck = runs.filter(({ endsAt }) => endsAt === null);
    if (stuck.length * 2 <= runs.length) return null;
    const because = stuck.find((run) => run.because !== null)?.because ?? 'it takes longer than 120 days';
    return `${stuck.length} of ${runs.length} simulations of what is left do not end by themselves: ${because}`;
  }

  /** Leaves each out in a few simulations: what looks best comes first. */
  async #screen(candidates: readonly (readonly LimitLeft[])[]): Promise<readonly Tried[]> {
    const seeds = this.#seeds('screened', this.#size.screened);
    const base = await this.#bases(seeds);
    const tried: Tried[] = [];
    for (const limits of candidates) tried.push({ limits, runs: await this.#without(limits, seeds) });
    const rank = ({ runs }: Tried): number =>
      isFreed(base, runs)
        ? Infinity
        : meanGain(base, runs, 'endedAfterMs') * 1_000 + meanGain(base, runs, 'mostAfterMs');
    return tried
      .map((each, at) => ({ each, at, value: rank(each) }))
      .toSorted((a, b) => (a.value === b.value ? a.at - b.at : b.value - a.value))
      .map(({ each }) => each);
  }

  /** Leaves the best ones out in more simulations, with seeds by which none of them was chosen. */
  async #measure(screened: readonly Tried[]): Promise<readonly LimitGain[]> {
    const screenedBase = await this.#bases(this.#seeds('screened', this.#size.screened));
    const may = screened.filter(
      ({ runs }) =>
        isFreed(screenedBase, runs) ||
        meanGain(screenedBase, runs, 'endedAfterMs') > 0 ||
        meanGain(screenedBase, runs, 'mostAfterMs') > 0,
    );
    const seeds = this.#seeds('measured', this.#size.measured);
    const base = may.length === 0 ? [] : await this.#bases(seeds);
    const found: { readonly limits: readonly LimitLeft[]; readonly gain: LimitGain }[] = [];
    for (const { limits } of may.slice(0, measuredLimits)) {
      const gain = gainOf(limits, base, await this.#without(limits, seeds));
      if (gain !== null) found.push({ limits, gain });
    }
    return rankGains(found);
  }

  #seeds(what: string, count: number): readonly string[] {
    return Array.from({ length: count }, (_, number) => `${this.#question.seed}/${what} ${number}`);
  }

  async #bases(seeds: readonly string[]): Promise<readonly RunSummary[]> {
    const summaries: RunSummary[] = [];
    for (const seed of seeds) {
      const run = this.#base.get(seed) ?? (await replicate(this.#question, seed));
      this.#base.set(seed, run);
      summaries.push(summaryOf(run, this.#question.now));
    }
    return summaries;
  }

  async #without(limits: readonly LimitLeft[], seeds: readonly string[]): Promise<readonly RunSummary[]> {
    const eased = limits.reduce((question, { ease }) => ease(question), this.#question);
    const summaries: RunSummary[] = [];
    for (const seed of seeds) summaries.push(summaryOf(await replicate(eased, seed), eased.now));
    return summaries;
  }
}

/** The times of a replicate from the moment of the question on. */
function summaryOf({ endsAt, finished, waves }: Run, now: number): RunSummary {
  const most = finished[Math.ceil(finished.length * 0.9) - 1];
  return {
    endedAfterMs: endsAt === null ? null : endsAt - now,
    mostAfterMs: most === undefined || endsAt === null ? null : most - now,
    wavesAfterMs: waves.map((at) => (at === null ? null : at - now)),
  };
}

/** Does the campaign end without it in every simulation, and with it in less than half of them? */
function isFreed(base: readonly RunSummary[], runs: readonly RunSummary[]): boolean {
  const ended = base.filter(({ endedAfterMs }) => endedAfterMs !== null).length;
  return ended * 2 < base.length && runs.every(({ endedAfterMs }) => endedAfterMs !== null);
}

function gainOf(
  limits: readonly LimitLeft[],
  base: readonly RunSummary[],
  runs: readonly RunSummary[],
): LimitGain | null {
  const limit = togetherWords(limits);
  if (isFreed(base, runs)) {
    const freed = { limit, endMs: null, mostMs: null, endsOnlyWithout: true } as const;
    return { ...freed, says: gainWords(limits, freed) };
  }
  const [gain] = gainsOf(base, [{ limit, runs }]);
  return gain === undefined ? null : { ...gain, says: gainWords(limits, gain) };
}
