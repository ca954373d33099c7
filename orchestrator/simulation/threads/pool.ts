import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type RunSummary, summaryOf } from '../run-summary.ts';
import type { Scenario } from '../scenario.ts';

/** What one thread simulates. The number says where the summary belongs. */
export interface SummaryOrder {
  readonly scenarios: readonly { readonly number: number; readonly scenario: Scenario }[];
}

interface Numbered {
  readonly number: number;
  readonly summary: RunSummary;
}

/** So few clients are simulated here: a thread takes half a second to start. */
const hereAtMost = 3_000;
const threadsAtMost = 4;

/** Much of what a simulation makes is soon forgotten: room for it is time that is not lost. */
const resourceLimits = { maxYoungGenerationSizeMb: 256 };

/**
 * Runs these scenarios, in threads where it pays.
 * @returns their summaries in the same order, whichever thread was faster
 */
export async function summariesOf(scenarios: readonly Scenario[]): Promise<readonly RunSummary[]> {
  const clients = scenarios.reduce((sum, scenario) => sum + scenario.clients.length, 0);
  const threads = Math.min(threadsAtMost, availableParallelism(), scenarios.length);
  const numbered = scenarios.map((scenario, number) => ({ number, scenario }));
  const found: Numbered[] =
    clients <= hereAtMost || threads < 2
      ? await runHere(numbered)
      : (await Promise.all(dealt(numbered, threads).map((own) => runThread({ scenarios: own })))).flat();
  return found.toSorted((a, b) => a.number - b.number).map(({ summary }) => summary);
}

async function runHere(numbered: SummaryOrder['scenarios']): Promise<Numbered[]> {
  const found: Numbered[] = [];
  for (const { number, scenario } of numbered) found.push({ number, summary: await summaryOf(scenario) });
  return found;
}

/** Every thread gets every so many-th scenario. */
const dealt = <T>(all: readonly T[], threads: number): readonly (readonly T[])[] =>
  Array.from({ length: threads }, (_, thread) => all.filter((_each, at) => at % threads === thread));

function runThread(order: SummaryOrder): Promise<Numbered[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Numbered[]>();
  const found: Numbered[] = [];
  const thread = new Worker(new URL('run-summaries.ts', import.meta.url), {
    workerData: order,
    resourceLimits,
  });
  thread.on('message', (summary: Numbered) => found.push(summary));
  thread.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  thread.once('exit', (code) =>
    code === 0 && found.length === order.scenarios.length
      ? resolve(found)
      : reject(new Error(`a thread ended with ${code} before its simulations`)),
  );
  return promise;
}
