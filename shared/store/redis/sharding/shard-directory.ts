import { homeIn } from '../fleet/fleet-text.ts';
import { inPieces, type Shard } from '../core/shard.ts';

/** Finds the shard of a client. ShardDirectory never change, so what was found once is kept, for a bounded number of clients. */
export interface ShardDirectory {
  /** Shard 0 for a client that the fleet does not know: nothing of it is found there. */
  readonly of: (client: string) => Shard | Promise<Shard>;
  /** In the same order; null for clients that the fleet does not know. */
  readonly ofAll: (clients: readonly string[]) => Promise<readonly (Shard | null)[]>;
}

/** About 10 MB; a client beyond it costs one more question. */
const keptAtMost = 100_000;
const pieceSize = 1_000;

/** @param all by number; with one shard nothing is ever asked */
export function shardDirectory(all: readonly [Shard, ...Shard[]]): ShardDirectory {
  const [head] = all;
  if (all.length === 1) return { of: () => head, ofAll: async (clients) => clients.map(() => head) };
  const kept = new Map<string, Shard>();
  const keep = (client: string, text: string | null): Shard | null => {
    if (text === null) return null;
    const home = all[homeIn(text, all.length)] ?? null;
    const [oldest] = kept.size >= keptAtMost ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    if (home !== null) kept.set(client, home);
    return home;
  };
  const ask = async (client: string): Promise<Shard> =>
    keep(client, await head.redis.hget(head.keys.of('fleet'), client)) ?? head;
  return {
    of: (client) => kept.get(client) ?? ask(client),
    ofAll: async (clients) => {
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
