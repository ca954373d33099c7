/**
 * What is to happen in a simulation, in the order of time. What is planned for the same moment
 * happens in the order in which it was planned.
 */
export class EventHeap<T> {
  readonly #times: number[] = [];
  readonly #numbers: number[] = [];
  readonly #items: T[] = [];
  #planned = 0;

  get size(): number {
    return this.#items.length;
  }

  /** When the next event is; Infinity = there is none. */
  get nextAt(): number {
    return this.#times[0] ?? Infinity;
  }

  add(at: number, item: T): void {
    let index = this.#items.length;
    const number = (this.#planned += 1);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(at, number, parent)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#put(index, at, number, item);
  }

  /** Takes the next event; undefined = there is none. */
  take(): T | undefined {
    const first = this.#items[0];
    const [at, number, item] = [this.#times.pop(), this.#numbers.pop(), this.#items.pop()];
    const size = this.#items.length;
    if (size === 0 || at === undefined || number === undefined || item === undefined) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= size) break;
      const right = left + 1;
      const child =
        right < size && this.#isBefore(this.#times[right] ?? 0, this.#numbers[right] ?? 0, left)
          ? right
          : left;
      if (this.#isBefore(at, number, child)) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, at, number, item);
    return first;
  }

  #isBefore(at: number, number: number, other: number): boolean {
    const otherAt = this.#times[other] ?? Infinity;
    return at < otherAt || (at === otherAt && number < (this.#numbers[other] ?? 0));
  }

  #move(from: number, to: number): void {
    const item = this.#items[from];
    if (item !== undefined) this.#put(to, this.#times[from] ?? 0, this.#numbers[from] ?? 0, item);
  }

  #put(index: number, at: number, number: number, item: T): void {
    this.#times[index] = at;
    this.#numbers[index] = number;
    this.#items[index] = item;
  }
}
