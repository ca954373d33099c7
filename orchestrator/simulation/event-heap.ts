/**
 * What is to happen in a simulation, in the order of time. What is planned for the same moment
 * happens in the order in which it was planned.
 *
 * The heap orders places, not items: numbers in typed arrays are moved for less than objects, and
 * half of the items of a simulation are added and taken at its top.
 */
export class EventHeap<T> {
  /** The heap: the place of its item, by position. Each parent has four children. */
  #heap = new Int32Array(firstRoom);
  /** By place. */
  #times = new Float64Array(firstRoom);
  #numbers = new Float64Array(firstRoom);
  readonly #items: (T | undefined)[] = [];
  /** Places whose items were taken. */
  readonly #free: number[] = [];
  #size = 0;
  #planned = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next event is; Infinity = there is none. */
  get nextAt(): number {
    return this.#size === 0 ? Infinity : (this.#times[this.#heap[0] ?? 0] ?? Infinity);
  }

  add(at: number, item: T): void {
    const place = this.#free.pop() ?? this.#newPlace();
    this.#times[place] = at;
    this.#numbers[place] = this.#planned += 1;
    this.#items[place] = item;
    const heap = this.#heap;
    let index = this.#size;
    this.#size += 1;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      const other = heap[parent] ?? 0;
      if (!this.#isBefore(place, other)) break;
      heap[index] = other;
      index = parent;
    }
    heap[index] = place;
  }

  /** Takes the next event; undefined = there is none. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const heap = this.#heap;
    const first = heap[0] ?? 0;
    this.#size -= 1;
    this.#sink(heap[this.#size] ?? 0);
    const item = this.#items[first];
    this.#items[first] = undefined;
    this.#free.push(first);
    return item;
  }

  /** Puts a place where the first one was, and moves it to where it belongs. */
  #sink(place: number): void {
    const heap = this.#heap;
    const size = this.#size;
    let index = 0;
    for (;;) {
      const from = 4 * index + 1;
      if (from >= size) break;
      const to = Math.min(from + 4, size);
      let child = from;
      for (let each = from + 1; each < to; each += 1)
        if (this.#isBefore(heap[each] ?? 0, heap[child] ?? 0)) child = each;
      const next = heap[child] ?? 0;
      if (this.#isBefore(place, next)) break;
      heap[index] = next;
      index = child;
    }
    heap[index] = place;
  }

  #newPlace(): number {
    const place = this.#items.length;
    if (place === this.#heap.length) {
      this.#heap = twiceAsLong(this.#heap, new Int32Array(2 * place));
      this.#times = twiceAsLong(this.#times, new Float64Array(2 * place));
      this.#numbers = twiceAsLong(this.#numbers, new Float64Array(2 * place));
    }
    return place;
  }

  #isBefore(place: number, other: number): boolean {
    const at = this.#times[place] ?? 0;
    const otherAt = this.#times[other] ?? 0;
    return at < otherAt || (at === otherAt && (this.#numbers[place] ?? 0) < (this.#numbers[other] ?? 0));
  }
}

const firstRoom = 1_024;

function twiceAsLong<A extends Int32Array | Float64Array>(full: A, empty: A): A {
  empty.set(full);
  return empty;
}
