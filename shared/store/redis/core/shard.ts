import type { Keys } from './keys.ts';
import type { Commands, RunScript } from './scripts.ts';

/** What every part of the adapter works with: the keys of one shard, its scripts, and the connection that all share. */
export interface Shard {
  readonly number: number;
  readonly redis: Commands;
  readonly keys: Keys;
  readonly run: RunScript;
}

type Queued = [error: Error | null, value: unknown][] | null;

/** The values of a pipeline or transaction; the first error is thrown. */
export function valuesOf(replies: Queued): readonly unknown[] {
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
 * Every field and value of a hash, page by page. Hashes read this way never lose fields, so none comes twice.
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
