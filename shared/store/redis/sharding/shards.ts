import { err, fault, type Fault, ok, type Result } from '../../../errors.ts';
import { keysOf } from '../core/keys.ts';
import { type Commands, lua, script, scriptRunner } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { type ShardDirectory, shardDirectory } from './shard-directory.ts';

/** All shards of one store, by number, and where clients are at home. */
export interface Shards {
  readonly all: readonly [Shard, ...Shard[]];
  /** Shard 0: the fleet, releases, and the heads of campaigns. */
  readonly head: Shard;
  readonly others: readonly Shard[];
  readonly directory: ShardDirectory;
}

export function shardsOf(redis: Commands, prefix: string, count: number): Shards {
  const run = scriptRunner(redis);
  const shard = (number: number): Shard => {
    const keys = keysOf(prefix, number);
    return { number, redis, keys, run: (asked, ...args) => run(keys.base, asked, ...args) };
  };
  const head = shard(0);
  const others = Array.from({ length: count - 1 }, (_, at) => shard(at + 1));
  return { all: [head, ...others], head, others, directory: shardDirectory([head, ...others]) };
}

const shardCountScript = script(
  import.meta.url,
  'shards',
  lua`
-- Keeps the number of shards that a store was first opened with, and returns it. A store with a
-- fleet and no number is older than shards: it has one.
-- ARGV: number of shards
local stored = redis.call('GET', key('shards'))
if not stored then
  stored = redis.call('EXISTS', key('fleet')) == 1 and '1' or ARGV[1]
  redis.call('SET', key('shards'), stored)
end
return stored`,
);

/**
 * Compares the number of shards with the one that the store was first opened with. With another
 * number every client would be looked for in the wrong shard.
 * @returns fault `redis.shards` when they differ
 */
export async function checkCount({ head, all }: Shards, prefix: string): Promise<Result<void, Fault>> {
  const stored = Number(await head.run(shardCountScript, all.length));
  if (stored === all.length) return ok(undefined);
  const message = `the records of ${prefix} lie in ${inWords(stored)}, not in ${all.length}; set SERVPACK_SHARDS to ${stored}`;
  return err(fault('redis.shards', message));
}

const inWords = (count: number): string => (count === 1 ? '1 shard' : `${count} shards`);

/** Asks every shard at the same time. */
export const fromEach = <T>({ all }: Shards, ask: (shard: Shard) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(all.map(ask));

/** The first text that a shard has; null when none has it. */
export const firstOf = async (
  shards: Shards,
  read: (shard: Shard) => Promise<string | null>,
): Promise<string | null> => (await fromEach(shards, read)).find((text) => text !== null) ?? null;

/** Everything that every shard streams, shard by shard. */
export async function* eachIn<T>(
  { all }: Shards,
  read: (shard: Shard) => AsyncIterable<T>,
): AsyncGenerator<T> {
  for (const shard of all) yield* read(shard);
}

/** Every shard with those of the items whose client is at home there, in their order. */
export async function byHome<T>(
  { all, directory }: Shards,
  items: readonly T[],
  clientOf: (item: T) => string,
): Promise<readonly (readonly [shard: Shard, own: readonly T[]])[]> {
  const homes = await directory.shardsOf(items.map(clientOf));
  return all.map((shard) => [shard, items.filter((_, at) => homes[at] === shard)]);
}
