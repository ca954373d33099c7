import { setTimeout as delay } from 'node:timers/promises';

/** What was read, and when. */
export interface Kept<T> {
  readonly value: T;
  /** Real milliseconds since it was read. */
  readonly ageMs: number;
}

/** Within this real time the same reading is given again. */
const freshMs = 5_000;
/** A reading that takes longer serves the next call; this call gets the one before. */
const patienceMs = 50;
/** An older reading says too little: the call waits for a new one. */
const usefulMs = 60_000;
/** A call waits no longer, so that it answers also while Redis does not. */
const longestMs = 2_000;

/**
 * Gives the newest reading, and reads again when it is older than five seconds. However often it is
 * asked, one reading is under way at most, and a call waits long only where no useful one is there.
 * @returns null when nothing can be read now
 */
export function keepReadings<T>(read: () => Promise<T>): () => Promise<Kept<T> | null> {
  let last: { readonly value: T; readonly at: number } | null = null;
  let reading: Promise<void> | null = null;
  const begin = (): Promise<void> =>
    (reading ??= read()
      .then((value) => {
        last = { value, at: performance.now() };
      })
      .catch(() => {
        last = null;
      })
      .finally(() => {
        reading = null;
      }));
  const age = (): number => (last === null ? Infinity : performance.now() - last.at);
  return async () => {
    if (age() >= freshMs) await within(begin(), age() < usefulMs ? patienceMs : longestMs);
    const ageMs = age();
    return last === null || ageMs >= usefulMs ? null : { value: last.value, ageMs };
  };
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const ended = new AbortController();
  const waits = delay(ms, undefined, { ref: false, signal: ended.signal }).catch(() => undefined);
  await Promise.race([work, waits]);
  ended.abort();
}
