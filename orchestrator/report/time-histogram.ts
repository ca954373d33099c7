import type { ProgressPoint } from '../charts/progress-data.ts';

const stepsAtMost = 4_096;

/** Counts moments in steps of time. The steps grow, so that any number of moments takes little. */
export class TimeHistogram {
  #stepMs = 1_000;
  #steps = new Map<number, { at: number; count: number }>();

  /** @param at epoch milliseconds */
  add(at: number, count = 1): void {
    const step = Math.floor(at / this.#stepMs);
    const known = this.#steps.get(step);
    if (known === undefined) this.#steps.set(step, { at, count });
    else this.#steps.set(step, { at: Math.max(known.at, at), count: known.count + count });
    if (this.#steps.size > stepsAtMost) this.#widen();
  }

  #widen(): void {
    const before = [...this.#steps.values()];
    this.#stepMs *= 4;
    this.#steps = new Map();
    for (const { at, count } of before) this.add(at, count);
  }

  /** How many there were up to the last moment of each step. */
  points(): readonly ProgressPoint[] {
    let finished = 0;
    return [...this.#steps.values()]
      .sort((a, b) => a.at - b.at)
      .map(({ at, count }) => {
        finished += count;
        return { at, finished };
      });
  }
}
