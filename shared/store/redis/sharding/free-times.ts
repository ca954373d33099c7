import type { FreeTimeStore } from '../../free-time-store.ts';
import { inPieces } from '../core/shard.ts';
import { byHome, type Shards } from './shards.ts';

/** Clients that one command names. */
const pieceSize = 1_000;

/** The home shard of a client holds its counts; `commit.lua` writes them. */
export const freeTimeStoreOf = (shards: Shards): FreeTimeStore => ({
  freeTimes: async (clients) => {
    const found = new Map<string, string>();
    for (const piece of inPieces(clients, pieceSize))
      for (const [{ redis, keys }, own] of await byHome(shards, piece, (client) => client)) {
        const texts = own.length === 0 ? [] : await redis.hmget(keys.of('freeTimes'), ...own);
        own.forEach((client, at) => {
          const text = texts[at] ?? null;
          if (text !== null) found.set(client, text);
        });
      }
    return found;
  },
  putBackFreeTimes: async (counts) => {
    for (const piece of inPieces([...counts], pieceSize))
      for (const [{ redis, keys }, own] of await byHome(shards, piece, ([client]) => client))
        if (own.length > 0) await redis.hset(keys.of('freeTimes'), new Map(own));
  },
});
