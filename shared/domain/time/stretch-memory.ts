/** A time from `from` until just before `to`, in epoch milliseconds, and what holds in it. */
export interface KnownStretch<T> {
  readonly from: number;
  readonly to: number;
  readonly says: T;
}

/**
 * Stretches of time for which an answer is known already, by zone. Zone arithmetic is dear: who
 * asks the same calendar a million times remembers its answers, which never change.
 */
export class StretchMemory<T> {
  readonly #zones = new Map<string, KnownStretch<T>[]>();

  /** The stretch that holds this time; undefined = none is known. */
  find(zone: string, at: number): KnownStretch<T> | undefined {
    const known = this.#zones.get(zone);
    if (known === undefined) return undefined;
    const found = known[lastFrom(known, at)];
    return found !== undefined && at < found.to ? found : undefined;
  }

  add(zone: string, stretch: KnownStretch<T>): void {
    const known = this.#zones.get(zone) ?? [];
    this.#zones.set(zone, known);
    known.splice(lastFrom(known, stretch.from) + 1, 0, stretch);
  }
}

/** The place of the last stretch that begins at `at` or before; -1 = none does. */
function lastFrom(known: readonly KnownStretch<unknown>[], at: number): number {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle]?.from ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
