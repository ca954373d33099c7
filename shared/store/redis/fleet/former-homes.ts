import { nameOf } from '../../../domain/campaign/machine.ts';
import type { Shard } from '../core/shard.ts';

type Homes = Readonly<Record<string, string>>;

/**
 * The home shards of clients that were removed from the fleet, in the same order; null for a client
 * that never was. Their records stay there, so a later client of the same name gets the same home.
 */
export async function formerHomes(
  head: Pick<Shard, 'redis' | 'keys'>,
  clients: readonly string[],
): Promise<readonly (number | null)[]> {
  if (clients.length === 0) return [];
  const found = await head.redis.hmget(head.keys.of('formerHomes'), ...clients.map(nameOf));
  return clients.map((client, at) => {
    const home = homesIn(found[at] ?? null)[client];
    return home === undefined ? null : Number(home);
  });
}

/** Removed clients that have this name, in any case. */
export async function formerNames({ redis, keys }: Shard, client: string): Promise<readonly string[]> {
  return Object.keys(homesIn(await redis.hget(keys.of('formerHomes'), nameOf(client)))).sort();
}

const homesIn = (text: string | null): Homes => (text === null ? {} : (JSON.parse(text) as Homes));
