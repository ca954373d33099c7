import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RunSummary } from '../run-summary.ts';
import type { Scenario } from '../scenario.ts';
import type { WholeRun } from '../whole-run.ts';
import { type RunOrder, type RunOutcome, runOrder } from './orders.ts';

/** What a campaign's own simulation says, and what those beside it say, in their order. */
export interface Runs {
  readonly whole: WholeRun;
  readonly summaries: readonly RunSummary[];
}

/** So few clients are simulated here: a thread takes half a second to start. */
const hereAtMost = 3_000;
const threadsAtMost = 4;

/**
 * Much of what a simulation makes is soon forgotten: room for it is time that is not lost. A thread
 * can have this room, and a process gets it only on its command line.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 384 };

/** How many threads simulate so many clients on this machine; 0 = this thread does it. */
export const threadsFor = (clients: number): number =>
  clients <= hereAtMost ? 0 : Math.min(threadsAtMost, availableParallelism());

/**
 * Runs a scenario and those beside it; one that is named twice is run once. Its outcome is the same
 * on however many threads.
 * @param threads left out = as many as pay; 0 = none but this one
 */
export async function runAll(
  scenario: Scenario,
  beside: readonly Scenario[],
  threads: number = threadsFor([scenario, ...beside].reduce((sum, { clients }) => sum + clients.length, 0)),
): Promise<Runs> {
  const different = [...new Set(beside)];
  // The campaign itself comes first: it is the longest simulation, and the others run beside it.
  const orders: readonly RunOrder[] = [
    { number: 0, kind: 'whole', scenario },
    ...different.map((each, at): RunOrder => ({ number: at + 1, kind: 'summary', scenario: each })),
  ];
  const outcomes = threads === 0 ? await runHere(orders) : await runInThreads(orders, threads);
  const summaryOf = new Map<Scenario, RunSummary>();
  let whole: WholeRun | null = null;
  for (const outcome of outcomes) {
    const of = different[outcome.number - 1];
    if (outcome.kind === 'whole') whole = outcome.whole;
    else if (of !== undefined) summaryOf.set(of, outcome.summary);
  }
  if (whole === null) throw new Error('the campaign itself was not simulated');
  return { whole, summaries: beside.flatMap((each) => summaryOf.get(each) ?? []) };
}

async function runHere(orders: readonly RunOrder[]): Promise<readonly RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  for (const order of orders) outcomes.push(await runOrder(order));
  return outcomes;
}

/** Each thread takes the next order when it has finished one. */
async function runInThreads(orders: readonly RunOrder[], threads: number): Promise<readonly RunOutcome[]> {
  const left = orders.values();
  const started = Array.from(
    { length: Math.min(threads, orders.length) },
    () => new Worker(new URL('thread.ts', import.meta.url), { resourceLimits }),
  );
  try {
    return (await Promise.all(started.map((thread) => work(thread, left)))).flat();
  } finally {
    // After a failure the other threads would go on for nothing.
    await Promise.all(started.map((thread) => thread.terminate()));
  }
}

function work(thread: Worker, left: Iterator<RunOrder>): Promise<readonly RunOutcome[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly RunOutcome[]>();
  const outcomes: RunOutcome[] = [];
  const next = (): void => {
    const order = left.next();
    thread.postMessage(order.done === true ? 'end' : order.value);
    if (order.done === true) resolve(outcomes);
  };
  thread.on('message', (outcome: RunOutcome) => {
    outcomes.push(outcome);
    next();
  });
  thread.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
  thread.once('exit', (code) => reject(new Error(`a thread ended with ${code} before its simulations`)));
  next();
  return promise;
}
