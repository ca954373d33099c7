import { parentPort, workerData } from 'node:worker_threads';
import { summaryOf } from '../run-summary.ts';
import type { SummaryOrder } from './pool.ts';

/** The thread's whole life: one simulation after the other, and an answer for each. */
const { scenarios } = workerData as SummaryOrder;
for (const { number, scenario } of scenarios)
  parentPort?.postMessage({ number, summary: await summaryOf(scenario) });
