/**
 * Seeded chance: a pure function of the seed and of its question, so that the same seed gives the
 * same fleet whatever the order of events. (cyrb53, a public-domain string hash, scaled to [0, 1).)
 */
export function chance(seed: string, ...about: readonly (string | number)[]): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  // The hash of `seed|about|about`, without making this text: a simulation asks millions of times.
  let text = seed;
  for (let part = 0; ; part += 1) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    if (part > 0 && part >= about.length) break;
    high = Math.imul(high ^ separator, 2654435761);
    low = Math.imul(low ^ separator, 1597334677);
    text = String(about[part] ?? '');
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)) / 2 ** 53;
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
