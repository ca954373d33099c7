import { setTimeout as pause } from 'node:timers/promises';

interface Running<Value> {
  /** The read of those who have asked since this one began. */
  next: Promise<Value> | null;
}

/** After a read its key rests for so many times as long as the read took. */
const restsPerRead = 5;
const restAtMostMs = 50;

/**
 * Reads that callers share. One that is under way may have begun before what a caller has just
 * changed, so nobody joins it: those who ask meanwhile share the next one. Each gets what was so
 * after it had asked. The busier the server is, the longer a read takes, and the more callers share
 * the next one.
 */
export class SharedReads<Value> {
  readonly #running = new Map<string, Running<Value> & { readonly over: Promise<void> }>();

  /**
   * @param key callers with the same key want the same and may see the same: one of their reads is
   *   made for all of them
   */
  ask(key: string, read: () => Promise<Value>): Promise<Value> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#begin(key, read);
    running.next ??= running.over.then(() => this.#begin(key, read));
    return running.next;
  }

  #begin(key: string, read: () => Promise<Value>): Promise<Value> {
    const value = read();
    const running = { next: null, over: rested(value) };
    this.#running.set(key, running);
    void running.over.then(() => {
      if (running.next === null) this.#running.delete(key);
    });
    return value;
  }
}

/** Fulfilled when a read has ended, in whichever way, and its key has rested. */
async function rested(read: Promise<unknown>): Promise<void> {
  const began = performance.now();
  await read.catch(() => undefined);
  await pause(Math.min(restAtMostMs, restsPerRead * (performance.now() - began)));
}
