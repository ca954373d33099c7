import { mayGain } from '../gains.ts';
import type { ReplicatePlan } from '../replicates.ts';
import type { RunSummary } from '../run-summary.ts';
import type { Scenario } from '../scenario.ts';
import type { WholeRun } from '../whole-run.ts';
import type { RunOrder, RunOutcome } from './orders.ts';

/** What all runs of a plan say, in the order of the plan. */
export interface Runs {
  readonly whole: WholeRun;
  readonly replicates: readonly RunSummary[];
  /** Limits without a run for each seed are left out: these gain nothing. */
  readonly variants: readonly { readonly limit: string; readonly runs: readonly RunSummary[] }[];
}

/**
 * Which simulation is next. The campaign itself comes first, because it is the longest one; then
 * its replicates; then one run without each limit, a second one, and so on. A limit that can gain
 * nothing any more is not simulated again, and a scenario that is named twice is run once.
 */
export class RunQueue {
  readonly #plan: ReplicatePlan;
  readonly #given: Scenario[] = [];
  readonly #summaries = new Map<Scenario, RunSummary>();
  readonly #scenario: Scenario;
  #whole: WholeRun | null = null;

  constructor(scenario: Scenario, plan: ReplicatePlan) {
    this.#scenario = scenario;
    this.#plan = plan;
  }

  /** @returns `later` = it depends on a run that is under way; null = all are given out */
  next(): RunOrder | 'later' | null {
    if (this.#given.length === 0) return this.#give('whole', this.#scenario);
    const replicate = this.#plan.replicates.find((each) => !this.#given.includes(each));
    if (replicate !== undefined) return this.#give('summary', replicate);
    const open = this.#plan.variants
      .map(({ scenarios }) => ({ scenarios, known: this.#knownOf(scenarios) }))
      .filter(({ scenarios, known }) => known.length < scenarios.length)
      .sort((a, b) => a.known.length - b.known.length);
    let isLater = false;
    for (const { scenarios, known } of open) {
      const scenario = scenarios[known.length];
      const before = this.#knownOf(this.#plan.replicates.slice(0, known.length));
      const isRunning = scenario === undefined || this.#given.includes(scenario);
      if (isRunning || before.length < known.length) isLater = true;
      else if (mayGain(before, known, scenarios.length)) return this.#give('summary', scenario);
    }
    return isLater ? 'later' : null;
  }

  keep(outcome: RunOutcome): void {
    const scenario = this.#given[outcome.number];
    if (outcome.kind === 'whole') this.#whole = outcome.whole;
    else if (scenario !== undefined) this.#summaries.set(scenario, outcome.summary);
  }

  /** @throws if the campaign itself was not simulated */
  get runs(): Runs {
    if (this.#whole === null) throw new Error('the campaign itself was not simulated');
    return {
      whole: this.#whole,
      replicates: this.#knownOf(this.#plan.replicates),
      variants: this.#plan.variants
        .map(({ limit, scenarios }) => ({ limit, scenarios, runs: this.#knownOf(scenarios) }))
        .filter(({ scenarios, runs }) => runs.length === scenarios.length)
        .map(({ limit, runs }) => ({ limit, runs })),
    };
  }

  /** The summaries of the first scenarios, until one has none. */
  #knownOf(scenarios: readonly Scenario[]): readonly RunSummary[] {
    const known: RunSummary[] = [];
    for (const scenario of scenarios) {
      const summary = this.#summaries.get(scenario);
      if (summary === undefined) break;
      known.push(summary);
    }
    return known;
  }

  #give(kind: RunOrder['kind'], scenario: Scenario): RunOrder {
    return { number: this.#given.push(scenario) - 1, kind, scenario };
  }
}
