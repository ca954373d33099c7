import type { HookAsk, HookAsks } from '../../client-hook-store.ts';
import { type Shard, valuesOf } from '../core/shard.ts';

export const askHooks = async (
  { redis, keys }: Shard,
  campaign: string,
  asks: readonly HookAsk[],
): Promise<void> =>
  void (await redis.zadd(
    keys.of('clientHooks', campaign),
    ...asks.flatMap(({ client, at }) => [at, client]),
  ));

export interface ShardAsks extends Omit<HookAsks, 'due'> {
  readonly due: readonly HookAsk[];
}

/** What a shard knows of its own clients, in one round trip. */
export async function readHookAsks(
  { redis, keys }: Shard,
  campaign: string,
  at: number,
  limit: number,
): Promise<ShardAsks> {
  const key = keys.of('clientHooks', campaign);
  const pipeline = redis.pipeline();
  pipeline.zrangebyscore(key, '-inf', at, 'WITHSCORES', 'LIMIT', 0, limit);
  pipeline.zrangebyscore(key, `(${at}`, '+inf', 'WITHSCORES', 'LIMIT', 0, 1);
  pipeline.zcard(key);
  const [due, next, count] = valuesOf(await pipeline.exec()) as [string[], string[], number];
  return { due: asksOf(due), nextAt: asksOf(next)[0]?.at ?? null, count };
}

/** Client and score take turns. */
const asksOf = (reply: readonly string[]): readonly HookAsk[] =>
  Array.from({ length: reply.length / 2 }, (_, at) => ({
    client: reply[2 * at] ?? '',
    at: Number(reply[2 * at + 1]),
  }));

export const forgetHookAsks = async (
  { redis, keys }: Shard,
  campaign: string,
  clients: readonly string[],
): Promise<void> => void (await redis.zrem(keys.of('clientHooks', campaign), ...clients));
