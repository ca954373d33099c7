import { type Fit, fitSteps, measure, type StepTimes } from '../shared/domain/rules/fit.ts';
import { stepTook } from '../shared/domain/upgrade/fit.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import type { ActivationContext, WorkerContext } from './context.ts';

/** How long steps take on a product, for a campaign that asks whether they fit. */
export async function readFit(
  store: WorkerContext['store'],
  product: string,
  typed: StepTimes,
): Promise<Fit> {
  const times = await store.stepTimes(product);
  const measured = fitSteps.flatMap((step) => {
    const found = measure(times[step] ?? []);
    return found === null ? [] : [[step, found] as const];
  });
  return { typed, measured: Object.fromEntries(measured) };
}

/**
 * Keeps how long a step took that has just ended. Written beside the commit: a duration that is
 * lost with a worker is missed by nobody.
 */
export async function noteStepTime(
  { rules, store, clock, log }: ActivationContext,
  before: Upgrade,
  after: Upgrade,
): Promise<void> {
  if (rules.fit === undefined) return;
  const took = stepTook(before, after, clock.now());
  if (took === null) return;
  await store
    .noteStepTime(rules.product.product, took.step, took.ms)
    .catch((error: unknown) => log.warn({ error, step: took.step }, 'could not keep how long a step took'));
}
