import { err, fault, type Fault, ok, type Result } from '../../../errors.ts';
import { servpackVersion } from '../../../version.ts';
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

/**
 * The newest format of records that this version reads and writes. A version that writes what this
 * one would misread raises it; what an older version passes over without harm, such as a new key,
 * does not. Records without a number are older than it: they have format 1.
 */
export const recordsFormat = 1;

const formedScript = script(
  import.meta.url,
  'formed',
  lua`
-- Keeps the number of shards that a store was first opened with, and the newest format of its
-- records. A store with a fleet and no number of shards is older than shards: it has one.
-- ARGV: number of shards, format that the caller writes
-- Returns both. A newer format is left as it is, and nothing is changed.
local format = redis.call('GET', key('format'))
if format and tonumber(format) > tonumber(ARGV[2]) then return { '', format } end
if format ~= ARGV[2] then redis.call('SET', key('format'), ARGV[2]) end
local stored = redis.call('GET', key('shards'))
if not stored then
  stored = redis.call('EXISTS', key('fleet')) == 1 and '1' or ARGV[1]
  redis.call('SET', key('shards'), stored)
end
return { stored, ARGV[2] }`,
);

/**
 * Compares the format of the records with the one that this version writes, and the number of
 * shards with the one that the store was first opened with. Records of a newer format would be
 * misread, and with another number of shards every client would be looked for in the wrong one.
 * @returns faults `redis.format`, `redis.shards`
 */
export async function checkForm({ head, all }: Shards, prefix: string): Promise<Result<void, Fault>> {
  const answer = (await head.run(formedScript, all.length, recordsFormat)) as [string, string];
  const [stored, format] = [Number(answer[0]), Number(answer[1])];
  if (format > recordsFormat) {
    const newer = `the records of ${prefix} have format ${format}, which a newer servpack has written`;
    const known = `servpack ${servpackVersion} knows formats up to ${recordsFormat}`;
    return err(
      fault(
        'redis.format',
        `${newer}; ${known}. Start the newer one, or restore a backup of before the upgrade`,
      ),
    );
  }
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
