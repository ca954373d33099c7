/** A moment at which something is due. */
export interface Moment<T> {
  readonly at: number;
  readonly item: T;
}

/** A priority queue by time: a binary heap, earliest first. */
export class MomentQueue<T> {
  readonly #heap: Moment<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  earliest(): Moment<T> | undefined {
    return this.#heap[0];
  }

  add(at: number, item: T): void {
    this.#heap.push({ at, item });
    this.#rise(this.#heap.length - 1);
  }

  /** Removes and returns the earliest moment when it is due by `now`. */
  takeDue(now: number): Moment<T> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(index: number): void {
    const parent = (index - 1) >> 1;
    if (index === 0 || this.#at(parent) <= this.#at(index)) return;
    this.#swap(index, parent);
    this.#rise(parent);
  }

  #sink(index: number): void {
    const left = 2 * index + 1;
    const earlier = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
    if (this.#at(earlier) >= this.#at(index)) return;
    this.#swap(index, earlier);
    this.#sink(earlier);
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Infinity;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
