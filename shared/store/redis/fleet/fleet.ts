import type { Client } from '../../../domain/campaign/definition.ts';
import { inPieces, scanHash, type Shard } from '../core/shard.ts';
import { clientOf } from './fleet-text.ts';

export async function readClient({ redis, keys }: Shard, client: string): Promise<Client | null> {
  const found = await redis.hget(keys.of('fleet'), client);
  return found === null ? null : clientOf(client, found);
}

const pieceSize = 1_000;

export async function readClients(
  { redis, keys }: Shard,
  clients: readonly string[],
): Promise<readonly (Client | null)[]> {
  const found: (Client | null)[] = [];
  for (const piece of inPieces(clients, pieceSize)) {
    const texts = await redis.hmget(keys.of('fleet'), ...piece);
    found.push(
      ...piece.map((client, at) => {
        const text = texts[at] ?? null;
        return text === null ? null : clientOf(client, text);
      }),
    );
  }
  return found;
}

export async function* readFleet(head: Shard): AsyncGenerator<Client> {
  for await (const [client, text] of entries(head)) yield clientOf(client, text);
}

export async function* readNames(head: Shard): AsyncGenerator<string> {
  for await (const [client] of entries(head)) yield client;
}

/**
 * Every client once. A hash that has lost fields meanwhile may be read with some fields twice:
 * Redis makes its table smaller.
 */
async function* entries(head: Shard): AsyncGenerator<readonly [client: string, text: string]> {
  const seen = new Set<string>();
  for await (const page of scanHash(head, head.keys.of('fleet'))) {
    for (const entry of page) {
      if (seen.has(entry[0])) continue;
      seen.add(entry[0]);
      yield entry;
    }
  }
}

export const fleetSize = ({ redis, keys }: Shard): Promise<number> => redis.hlen(keys.of('fleet'));

/** The counters of what may change which clients a campaign wants. */
export async function fleetChanges({ redis, keys }: Shard): Promise<string> {
  const counters = await redis.mget(keys.of('imports'), keys.of('removals'), keys.of('starts'));
  return counters.map((counter) => counter ?? 0).join(' ');
}
