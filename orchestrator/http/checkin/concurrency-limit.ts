/**
 * Limits how much work runs at once. A bounded number of callers wait in order, and any further
 * caller is refused. Without the limit a crowd at 9 o'clock would stand before the rounds of the
 * leader at Redis.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #waitingAtMost: number;
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;

  constructor(atOnce: number, waitingAtMost: number) {
    this.#atOnce = atOnce;
    this.#waitingAtMost = waitingAtMost;
  }

  /** Null when there is no room to wait. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#atWork >= this.#atOnce) {
      if (this.#waiting.length >= this.#waitingAtMost) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#atWork += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next caller in line takes over this place.
      if (next === undefined) this.#atWork -= 1;
      else next();
    }
  }
}
