import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ReplicatePlan } from '../replicates.ts';
import type { Scenario } from '../scenario.ts';
import { type RunOrder, type RunOutcome, runOrder } from './orders.ts';
import { RunQueue, type Runs } from './run-queue.ts';

/** So few clients are simulated here: a thread takes half a second to start. */
const hereAtMost = 3_000;
const threadsAtMost = 4;

/**
 * Much of what a simulation makes is soon forgotten: room for it is time that is not lost. More of
 * it than this gains nothing, because the caches of a processor are smaller. A thread can have this
 * room, and a process gets it only on its command line.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 128 };

/** How many threads simulate so many clients on this machine; 0 = this thread does it. */
export const threadsFor = (clients: number): number =>
  clients <= hereAtMost ? 0 : Math.min(threadsAtMost, availableParallelism());

/**
 * Runs a scenario and what is planned beside it. The outcome is the same on however many threads.
 * @param threads left out = as many as pay; 0 = none but this one
 */
export async function runAll(
  scenario: Scenario,
  plan: ReplicatePlan,
  threads: number = threadsFor(clientsIn(scenario, plan)),
): Promise<Runs> {
  const queue = new RunQueue(scenario, plan);
  await (threads === 0 ? runHere(queue) : runInThreads(queue, threads));
  return queue.runs;
}

/** Of all runs together, if none is left out. */
function clientsIn(scenario: Scenario, { replicates, variants }: ReplicatePlan): number {
  const beside = [...replicates, ...variants.flatMap(({ scenarios }) => scenarios)];
  return [scenario, ...beside].reduce((sum, { clients }) => sum + clients.length, 0);
}

/** One after the other: nothing is under way when the next one is asked for. */
async function runHere(queue: RunQueue): Promise<void> {
  for (let order = queue.next(); order !== null && order !== 'later'; order = queue.next())
    queue.keep(await runOrder(order));
}

/** A thread that has nothing to do waits for the outcomes of the others, until all is given out. */
async function runInThreads(queue: RunQueue, most: number): Promise<void> {
  const threads = Array.from(
    { length: most },
    () => new Worker(new URL('thread.ts', import.meta.url), { resourceLimits }),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      const idle = new Set(threads);
      const giveOut = (): void => {
        for (const thread of idle) {
          const order = queue.next();
          if (order === 'later') break;
          if (order === null) {
            if (idle.size === threads.length) resolve();
            break;
          }
          idle.delete(thread);
          thread.postMessage(order satisfies RunOrder);
        }
      };
      for (const thread of threads) {
        thread.on('message', (outcome: RunOutcome) => {
          queue.keep(outcome);
          idle.add(thread);
          giveOut();
        });
        thread.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
        thread.once('exit', (code) =>
          reject(new Error(`a thread ended with ${code} before its simulations`)),
        );
      }
      giveOut();
    });
  } finally {
    // After a failure the other threads would go on for nothing.
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
