import { inPieces, type Shard } from '../core/shard.ts';
import { homeShardIn } from '../fleet/fleet-text.ts';
import { formerHomes } from '../fleet/former-homes.ts';

/**
 * Finds the home shard of a client. A home never changes, so the directory keeps what it has
 * found, for a bounded number of clients.
 */
export interface ShardDirectory {
  /**
   * Shard 0 for a client that the fleet does not have and never had: no shard holds anything of it.
   */
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
  const keep = (client: string, number: number | null): Shard | null => {
    if (number === null) return null;
    const home = all[number] ?? null;
    const [oldest] = kept.size >= keptAtMost ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    if (home !== null) kept.set(client, home);
    return home;
  };
  const homeIn = (text: string | null): number | null =>
    text === null ? null : homeShardIn(text, all.length);
  const find = async (client: string): Promise<Shard> => {
    const home = homeIn(await head.redis.hget(head.keys.of('fleet'), client));
    // What campaigns know of a removed client stays where it is.
    return keep(client, home ?? (await formerHomes(head, [client]))[0] ?? null) ?? head;
  };
  return {
    shardOf: (client) => kept.get(client) ?? find(client),
    shardsOf: async (clients) => {
      const found = new Map<string, Shard | null>();
      const unknown = clients.filter((client) => !kept.has(client));
      for (const client of clients) found.set(client, kept.get(client) ?? null);
      for (const piece of inPieces(unknown, pieceSize)) {
        const texts = await head.redis.hmget(head.keys.of('fleet'), ...piece);
        piece.forEach((client, at) => found.set(client, keep(client, homeIn(texts[at] ?? null))));
      }
      return clients.map((client) => found.get(client) ?? null);
    },
  };
}
