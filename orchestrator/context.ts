import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import type { Store } from '../shared/store/store.ts';
import type { Background } from './background/request.ts';
import type { Archive } from './audit/archive.ts';
import type { Dispatcher } from '../shared/queues/dispatcher.ts';
import type { Activation } from '../shared/store/types.ts';

/** What every room of the orchestrator works with. */
export interface OrchestratorContext {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  /** The files of the audit, where this orchestrator keeps some. */
  readonly archive?: Archive;
  /** What check-in tokens are computed from, where clients may report in by themselves. */
  readonly checkInKey?: string;
  /** The operator's folder of product profiles; without it, only the built-in ones are known. */
  readonly profiles?: string;
  /** Where work on large files and fleets is done, so that it holds up nothing else; without it, here. */
  readonly aside?: Background;
}

/** Adds the jobs of activations that stand in the record already; what can not be added now is added by the sweep. */
export async function dispatch(
  { dispatcher, clock, log }: OrchestratorContext,
  activations: readonly Activation[],
): Promise<void> {
  if (activations.length === 0) return;
  const jobs = activations.map((activation) => ({ activation, delayMs: clock.realDelay(activation.dueAt) }));
  try {
    await dispatcher.addAll(jobs);
  } catch (error) {
    log.warn({ error, jobs: jobs.length }, 'could not add jobs; the sweep will');
  }
}
