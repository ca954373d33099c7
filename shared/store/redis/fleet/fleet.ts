import type { Client } from '../../../domain/campaign/definition.ts';
import { scanHash, type Shard } from '../core/shard.ts';
import { clientOf } from './fleet-text.ts';

export async function readClient({ redis, keys }: Shard, client: string): Promise<Client | null> {
  const found = await redis.hget(keys.of('fleet'), client);
  return found === null ? null : clientOf(client, found);
}

/**
 * Every client once. A hash that has lost fields meanwhile may be read with some fields twice:
 * Redis makes its table smaller.
 */
export async function* readFleet(head: Shard): AsyncGenerator<Client> {
  const seen = new Set<string>();
  for await (const page of scanHash(head, head.keys.of('fleet'))) {
    for (const [client, text] of page) {
      if (seen.has(client)) continue;
      seen.add(client);
      yield clientOf(client, text);
    }
  }
}

export const fleetSize = ({ redis, keys }: Shard): Promise<number> => redis.hlen(keys.of('fleet'));
