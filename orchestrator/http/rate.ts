/** What a principal may ask in a second. */
export interface RatePolicy {
  readonly name: 'reads' | 'writes';
  readonly perSecond: number;
}

/** What is left to a principal, for the header, and how long it has to wait; 0 = it may ask now. */
export interface Taken {
  readonly left: number;
  readonly waitMs: number;
}

/** Beyond so many principals the oldest are forgotten: no single one is the problem then. */
const keptAtMost = 10_000;

/**
 * A bucket for each principal: it holds what may be asked in one second, and fills at that pace.
 * It costs no request to Redis.
 */
export class RateBuckets {
  readonly #policy: RatePolicy;
  /** Until when each bucket is in use, in real milliseconds; the longest unused principal first. */
  readonly #usedUntil = new Map<string, number>();

  constructor(policy: RatePolicy) {
    this.#policy = policy;
  }

  /** Counts one request of the principal, unless its bucket is empty. */
  take(principal: string, now: number): Taken {
    this.#forget(now);
    const costMs = 1_000 / this.#policy.perSecond;
    const used = Math.max(now, this.#usedUntil.get(principal) ?? now);
    const waitMs = used + costMs - (now + 1_000);
    if (waitMs > 1e-6) return { left: 0, waitMs };
    this.#usedUntil.delete(principal);
    this.#usedUntil.set(principal, used + costMs);
    return { left: Math.floor((now + 1_000 - used - costMs) / costMs + 1e-6), waitMs: 0 };
  }

  #forget(now: number): void {
    for (const [principal, until] of this.#usedUntil) {
      if (until > now && this.#usedUntil.size < keptAtMost) return;
      this.#usedUntil.delete(principal);
    }
  }
}
