import type { FitStep } from '../domain/rules/fit.ts';

/** How many durations of a step on a product are kept: the newest ones. */
export const stepTimesAtMost = 200;

/**
 * How long the steps of upgrades took on each product so far, over all campaigns that ask whether
 * steps fit. They are no part of a record. The audit holds them as they were at the last step.
 */
export interface StepTimeStore {
  /** Keeps one more duration; the oldest of too many goes. */
  noteStepTime(product: string, step: FitStep, ms: number): Promise<void>;
  /** The durations of each step, in milliseconds; a step without any is left out. */
  stepTimes(product: string): Promise<Readonly<Partial<Record<FitStep, readonly number[]>>>>;
}
