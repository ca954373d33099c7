import { err, fault, type Fault, ok, type Result } from '../../../errors.ts';
import { type ShardDirectory, shardDirectory } from './shard-directory.ts';
import { keysOf } from '../core/keys.ts';
import { type Commands, loadScripts } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

/** All shards of one store, by number, and where a client is at home. */
export interface Shards {
  readonly all: readonly [Shard, ...Shard[]];
  /** Shard 0: the fleet, releases, and the heads of campaigns. */
  readonly head: Shard;
  readonly others: readonly Shard[];
  readonly homes: ShardDirectory;
}

export function shardsOf(redis: Commands, prefix: string, count: number): Shards {
  const run = loadScripts(redis);
  const shard = (number: number): Shard => {
    const keys = keysOf(prefix, number);
    return { number, redis, keys, run: (name, ...args) => run(keys.base, name, ...args) };
  };
  const head = shard(0);
  const others = Array.from({ length: count - 1 }, (_, at) => shard(at + 1));
  return { all: [head, ...others], head, others, homes: shardDirectory([head, ...others]) };
}

/**
 * The number of shards is fixed when a store is first opened: with another one every client would be looked for in
 * the wrong place. Fault `redis.shards`.
 */
export async function checkCount({ head, all }: Shards, prefix: string): Promise<Result<void, Fault>> {
  const stored = Number(await head.run('shards', all.length));
  if (stored === all.length) return ok(undefined);
  const message = `the records of ${prefix} lie in ${inWords(stored)}, not in ${all.length}; set SERVPACK_SHARDS to ${stored}`;
  return err(fault('redis.shards', message));
}

const inWords = (count: number): string => (count === 1 ? '1 shard' : `${count} shards`);

/** Asks every shard at the same time. */
export const fromEach = <T>({ all }: Shards, ask: (shard: Shard) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(all.map(ask));
