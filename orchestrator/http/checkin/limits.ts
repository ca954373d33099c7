/** A logon script reports in once or twice, a person who tries it out a few times more. */
const burst = 4;
const refillMs = 15_000;
/**
 * Some 10 MB. Beyond it the oldest are forgotten: with so many different clients no single client
 * is the problem.
 */
const keptAtMost = 100_000;

/**
 * How often each client may report in: four times at once, then every 15 s of real time. It costs
 * no request to Redis.
 */
export class RateLimit {
  /** Until when each client has used up its share; the client heard of longest ago first. */
  readonly #usedUntil = new Map<string, number>();

  /** Real milliseconds until this client may report in; 0 = now, and this call counts. */
  take(client: string, now: number): number {
    this.#forget(now);
    const used = Math.max(now, this.#usedUntil.get(client) ?? now);
    const wait = used - now - (burst - 1) * refillMs;
    if (wait > 0) return wait;
    this.#usedUntil.delete(client);
    this.#usedUntil.set(client, used + refillMs);
    return 0;
  }

  #forget(now: number): void {
    for (const [client, until] of this.#usedUntil) {
      if (until > now && this.#usedUntil.size < keptAtMost) return;
      this.#usedUntil.delete(client);
    }
  }
}

/**
 * Limits how much work runs at once. A bounded number of callers wait in order, and any further
 * caller is refused. Without the limit the check-ins of 9 o'clock would delay the leader's rounds
 * at Redis.
 */
export class ConcurrencyLimit {
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
      // The next caller takes over this slot.
      if (next === undefined) this.#atWork -= 1;
      else next();
    }
  }
}
