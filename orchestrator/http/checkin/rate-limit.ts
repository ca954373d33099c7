/** A logon script reports in once or twice; a person who tries it out a few times more. */
const atOnce = 4;
const everyMs = 15_000;
/**
 * Some 10 MB. Beyond it the oldest are forgotten: with so many different clients no single one is
 * the trouble.
 */
const keptAtMost = 100_000;

/**
 * How often each client may report in: four times at once, then every 15 s of real time. It costs
 * no request to Redis.
 */
export class Rate {
  /** Until when a client has used up what it may, the longest unheard-of first. */
  readonly #usedUntil = new Map<string, number>();

  /** Real milliseconds until this one may; 0 = it may now, and that is counted. */
  take(client: string, now: number): number {
    this.#forget(now);
    const used = Math.max(now, this.#usedUntil.get(client) ?? now);
    const wait = used - now - (atOnce - 1) * everyMs;
    if (wait > 0) return wait;
    this.#usedUntil.delete(client);
    this.#usedUntil.set(client, used + everyMs);
    return 0;
  }

  #forget(now: number): void {
    for (const [client, until] of this.#usedUntil) {
      if (until > now && this.#usedUntil.size < keptAtMost) return;
      this.#usedUntil.delete(client);
    }
  }
}
