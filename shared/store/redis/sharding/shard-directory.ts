import { inPieces, type Shard } from '../core/shard.ts';
import { homeShardIn } from '../fleet/fleet-text.ts';

/**
 * Finds the home shard of a client. A home never changes, so the directory keeps what it has
 * found, for a bounded number of clients.
 */
export interface ShardDirectory {
  /** Shard 0 for a client that the fleet does not have: no shard holds anything of it. */
  readonly shardOf: (client: string) => Shard | Promise<Shard>;
  /** In the same order; null for clients that the fleet does not have. */
  readonly shardsOf: (clients: readonly string[]) => Promise<readonly (Shard | null)[]>;
}

/** About 10 MB. Each further client costs one more command. */
const keptAtMost = 100_000;
const pieceSize = 1_000;

/** @param all by number; with one shard the directory reads nothing */
export function shardDirectory(all: readonly [Shard, ...Shard[]]): ShardDirectory {
  const [head] = all;
  if (all.length === 1) return { shardOf: () => head, shardsOf: async (clients) => clients.map(() => head) };
  const kept = new Map<string, Shard>();
  const keep = (client: string, text: string | null): Shard | null => {
    if (text === null) return null;
    const home = all[homeShardIn(text, all.length)] ?? null;
    const [oldest] = kept.size >= keptAtMost ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    if (home !== null) kept.set(client, home);
    return home;
  };
  const find = async (client: string): Promise<Shard> =>
    keep(client, await head.redis.hget(head.keys.of('fleet'), client)) ?? head;
  return {
    shardOf: (client) => kept.get(client) ?? find(client),
    shardsOf: async (clients) => {
      const found = new Map<string, Shard | null>();
      const unknown = clients.filter((client) => !kept.has(client));
      for (const client of clients) found.set(client, kept.get(client) ?? null);
      for (const piece of inPieces(unknown, pieceSize)) {
        const texts = await head.redis.hmget(head.keys.of('fleet'), ...piece);
        piece.forEach((client, at) => found.set(client, keep(client, texts[at] ?? null)));
      }
      return clients.map((client) => found.get(client) ?? null);
    },
  };
}
