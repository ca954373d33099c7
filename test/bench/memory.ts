import type { Redis } from 'ioredis';
import type { Bench } from './bench.ts';

/** What Redis holds, in bytes. */
export interface Memory {
  /** All that Redis says it uses for data. */
  readonly total: number;
  /**
   * By the first word of the key after its hash tag: `fleet`, `upgrade`, `audit`, … ; `q` is
   * BullMQ.
   */
  readonly families: ReadonlyMap<string, number>;
  /** Entries of the audit streams. */
  readonly auditEntries: number;
}

export const usedMemory = async ({ redis }: Bench): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? NaN);

/** Asks for the size of every key there is, big ones counted to their last element. */
export async function memoryOf(bench: Bench): Promise<Memory> {
  const { redis } = bench;
  const families = new Map<string, number>();
  let auditEntries = 0;
  for await (const keys of allKeys(redis)) {
    const sizes = await sizesOf(redis, keys);
    for (const [at, key] of keys.entries()) {
      const family = familyOf(key);
      families.set(family, (families.get(family) ?? 0) + (sizes[at] ?? 0));
      if (family === 'audit') auditEntries += await redis.xlen(key);
    }
  }
  return { total: await usedMemory(bench), families, auditEntries };
}

/** What came between two moments, for each of so many clients, by kind of key. Bytes. */
export interface Share {
  /** All but audit and evidence. */
  readonly bytes: number;
  readonly families: ReadonlyMap<string, number>;
}

export function shareOf(before: Memory, after: Memory, clients: number): Share {
  const families = new Map<string, number>();
  for (const family of new Set([...before.families.keys(), ...after.families.keys()])) {
    const grown = (after.families.get(family) ?? 0) - (before.families.get(family) ?? 0);
    families.set(family, grown / clients);
  }
  const apart = (families.get('audit') ?? 0) + (families.get('evidence') ?? 0);
  return { bytes: (after.total - before.total) / clients - apart, families };
}

export const sumOf = (a: Share, b: Share): Share => ({
  bytes: a.bytes + b.bytes,
  families: new Map(
    [...new Set([...a.families.keys(), ...b.families.keys()])].map((family) => [
      family,
      (a.families.get(family) ?? 0) + (b.families.get(family) ?? 0),
    ]),
  ),
});

/**
 * Empties Redis, but for what tells the processes that it is still the same one. They keep running.
 */
export async function empty({ redis }: Bench): Promise<void> {
  const identities: string[] = [];
  for await (const keys of allKeys(redis))
    identities.push(...keys.filter((key) => key.endsWith(':identity')));
  const values = await Promise.all(identities.map((key) => redis.get(key)));
  const emptying = redis.multi().flushall('SYNC');
  for (const [at, key] of identities.entries()) emptying.set(key, values[at] ?? '');
  await emptying.exec();
}

const familyOf = (key: string): string => /^\{[^}]*\}:([^:]+)/.exec(key)?.[1] ?? 'other';

async function* allKeys(redis: Redis): AsyncGenerator<readonly string[]> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 1_000);
    yield keys;
    cursor = next;
  } while (cursor !== '0');
}

async function sizesOf(redis: Redis, keys: readonly string[]): Promise<readonly number[]> {
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.memory('USAGE', key, 'SAMPLES', 0);
  return ((await pipeline.exec()) ?? []).map(([, size]) => Number(size ?? 0));
}
