/**
 * Seeded chance: a pure function of the seed and of its question, so that the same seed gives the
 * same fleet whatever the order of events. (cyrb53, a public-domain string hash, scaled to [0, 1).)
 */
export const chance = (seed: string, ...about: readonly (string | number)[]): number =>
  new Dice(seed).toss(...(about.length === 0 ? [''] : about));

/**
 * The chances of one client: a simulation asks millions of questions that begin with the same
 * words, and these are hashed once. `new Dice(seed, client).toss(what)` is
 * `chance(seed, client, what)`.
 */
export class Dice {
  readonly #high: number;
  readonly #low: number;

  constructor(seed: string, client?: string) {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    const text = client === undefined ? seed : `${seed}|${client}`;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    this.#high = high;
    this.#low = low;
  }

  /** In [0, 1). */
  toss(...about: readonly (string | number)[]): number {
    let high = this.#high;
    let low = this.#low;
    for (const part of about) {
      high = Math.imul(high ^ separator, 2654435761);
      low = Math.imul(low ^ separator, 1597334677);
      const text = String(part);
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        high = Math.imul(high ^ code, 2654435761);
        low = Math.imul(low ^ code, 1597334677);
      }
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    return (4294967296 * (2097151 & low) + (high >>> 0)) / 2 ** 53;
  }
}

const separator = 124;

/** From and to, in milliseconds. */
export type Span = readonly [fromMs: number, toMs: number];

/** A whole number of milliseconds within the span. */
export const within = ([fromMs, toMs]: Span, toss: number): number =>
  Math.floor(fromMs + toss * (toMs - fromMs));

/** One of the options; earlier and later ones are equally likely. */
export function pick<T>(options: readonly [T, ...T[]], toss: number): T {
  return options[Math.floor(toss * options.length)] ?? options[0];
}
