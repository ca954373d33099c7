import type { Keys } from './keys.ts';
import type { Commands, RunScript } from './scripts.ts';

/** One shard: its keys, its scripts, and the connection that all shards share. */
export interface Shard {
  readonly number: number;
  readonly redis: Commands;
  readonly keys: Keys;
  readonly run: RunScript;
}

type Replies = [error: Error | null, value: unknown][] | null;

/** The values of a pipeline or transaction. Throws the first error. */
export function valuesOf(replies: Replies): readonly unknown[] {
  return (replies ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

/** Cuts a long list into pieces, so that no single command grows without bound. */
export function* inPieces<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

/**
 * Every field and value of a hash, page by page. No field comes twice, unless the hash has lost
 * fields meanwhile: of those that are read here only the fleet does.
 */
export async function* scanHash(
  { redis }: Shard,
  key: string,
): AsyncGenerator<readonly (readonly [string, string])[]> {
  let cursor = '0';
  do {
    const [next, found] = await redis.hscan(key, cursor, 'COUNT', 1_000);
    yield pairs(found);
    cursor = next;
  } while (cursor !== '0');
}

/** A flat reply of names and values as pairs. */
export function pairs(found: readonly string[]): readonly (readonly [string, string])[] {
  const all: [string, string][] = [];
  for (let at = 0; at + 1 < found.length; at += 2) all.push([found[at] ?? '', found[at + 1] ?? '']);
  return all;
}

/** A hash of numbers as Redis keeps it. */
export type NumberHash = Readonly<Record<string, string>>;

/** The sum of hashes of numbers, without what comes to 0. */
export function sumOf(
  hashes: readonly Readonly<Record<string, string | number>>[],
): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [name, amount] of hashes.flatMap((hash) => Object.entries(hash)))
    sums.set(name, (sums.get(name) ?? 0) + Number(amount));
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}
