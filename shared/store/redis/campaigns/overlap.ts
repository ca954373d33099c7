import { type Shard, valuesOf } from '../core/shard.ts';

export interface Overlap {
  readonly client: string;
  readonly campaign: string;
}

/** Clients of one shard that another campaign claims, or that still wait in it. */
export async function overlapOf(
  { redis, keys }: Shard,
  clients: readonly string[],
  others: readonly string[],
): Promise<readonly Overlap[]> {
  if (clients.length === 0) return [];
  const pipeline = redis.pipeline().hmget(keys.of('claims'), ...clients);
  for (const other of others) pipeline.hmget(keys.of('members', other), ...clients);
  const [claims = [], ...members] = valuesOf(await pipeline.exec()) as (string | null)[][];
  return clients.flatMap((client, at) =>
    others
      .filter((other, which) => claims[at] === other || (members[which]?.[at] ?? '') !== '')
      .map((other): Overlap => ({ client, campaign: other })),
  );
}
