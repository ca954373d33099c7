import { type RunSummary, summaryOf } from '../run-summary.ts';
import type { Scenario } from '../scenario.ts';
import { type WholeRun, wholeRunOf } from '../whole-run.ts';

/** One simulation. The number says where its outcome belongs. */
export interface RunOrder {
  readonly number: number;
  readonly kind: 'whole' | 'summary';
  readonly scenario: Scenario;
}

/** What came of an order. */
export type RunOutcome = { readonly number: number } & (
  | { readonly kind: 'whole'; readonly whole: WholeRun }
  | { readonly kind: 'summary'; readonly summary: RunSummary }
);

/** Runs one simulation in this thread. */
export async function runOrder({ number, kind, scenario }: RunOrder): Promise<RunOutcome> {
  return kind === 'whole'
    ? { number, kind, whole: await wholeRunOf(scenario) }
    : { number, kind, summary: await summaryOf(scenario) };
}
