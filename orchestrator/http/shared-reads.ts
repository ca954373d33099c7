import { setTimeout as pause } from 'node:timers/promises';

interface Running<Value> {
  /** The read of those who have asked since this one began. */
  next: Promise<Value> | null;
  /** Fulfilled when the next one may begin. */
  readonly over: Promise<void>;
}

/** Between reads that callers wait for lies so many times what the last one took. */
const restsPerRead = 5;
const restAtMostMs = 50;

/**
 * Reads that callers share. One that is under way may have begun before what a caller has just
 * changed, so nobody joins it: those who ask meanwhile share the next one. Each gets what was so
 * after it had asked. Where many ask there is a rest between reads, so that more of them share one;
 * it grows with what a read takes, which grows with the load. A caller that asks alone never waits.
 */
export class SharedReads<Value> {
  readonly #running = new Map<string, Running<Value>>();

  /**
   * @param key callers with the same key want the same and may see the same: one of their reads is
   *   made for all of them
   */
  ask(key: string, read: () => Promise<Value>): Promise<Value> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#begin(key, read, false);
    running.next ??= running.over.then(() => this.#begin(key, read, true));
    return running.next;
  }

  /** @param isCrowded callers have asked while the read before was under way */
  #begin(key: string, read: () => Promise<Value>, isCrowded: boolean): Promise<Value> {
    const began = performance.now();
    const value = read();
    const over = async (): Promise<void> => {
      await value.catch(() => undefined);
      if (isCrowded || running.next !== null)
        await pause(Math.min(restAtMostMs, restsPerRead * (performance.now() - began)));
      if (running.next === null) this.#running.delete(key);
    };
    const running: Running<Value> = { next: null, over: over() };
    this.#running.set(key, running);
    return value;
  }
}
