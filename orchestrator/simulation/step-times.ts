import {
  type Fit,
  type FitStep,
  measure,
  type Measured,
  type StepTimes,
} from '../../shared/domain/rules/fit.ts';
import { stepTimesAtMost } from '../../shared/store/step-time-store.ts';

/** How long steps took so far in a simulation, as the store keeps it of a product. */
export class MeasuredSteps {
  readonly #times = new Map<FitStep, number[]>();
  readonly #measured = new Map<FitStep, Measured>();

  note(step: FitStep, ms: number): void {
    const times = this.#times.get(step) ?? [];
    this.#times.set(step, times);
    times.push(Math.round(ms));
    if (times.length > stepTimesAtMost) times.shift();
    this.#measured.delete(step);
  }

  fit(typed: StepTimes): Fit {
    for (const [step, times] of this.#times) {
      const found = this.#measured.has(step) ? null : measure(times);
      if (found !== null) this.#measured.set(step, found);
    }
    return { typed, measured: Object.fromEntries(this.#measured) };
  }
}
