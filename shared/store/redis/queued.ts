import { findQueued, type Found, type Line, type Place, type Queues } from '../queued.ts';
import type { Queued } from '../store.ts';
import { slotsInUse } from './admission.ts';
import { inPieces, pairs, type Shard, valuesOf } from './shard.ts';

export async function queued(shard: Shard, campaign: string, limit: number): Promise<Queued> {
  return findQueued(await queuesOf(shard, campaign), limit);
}

async function queuesOf(shard: Shard, campaign: string): Promise<Queues> {
  const { redis, keys } = shard;
  const limits = await redis.hmget(keys.of('campaign', campaign), 'active', 'perServer', 'openWaves');
  const [active = 0, perLogonServer = 0, openWaves = 0] = limits.map(Number);
  const all = await redis.smembers(keys.of('servers', campaign));
  const queueOf = (line: Line, server: string): string =>
    line === 'parked' ? keys.of('parked', campaign, server) : keys.of('waiting', campaign, line, server);
  return {
    budgets: { active, perLogonServer },
    inUse: await slotsInUse(shard, campaign),
    openWaves,
    servers: async (line) => {
      if (line === 'parked') return redis.zrange(keys.of('parkedServers', campaign), 0, '-1');
      // One question for a wave that nobody waits in any more, instead of one for each logon server.
      const there = await redis.exists(...all.map((server) => queueOf(line, server)));
      return there === 0 ? [] : all;
    },
    read: (line, servers, start, count) =>
      read(
        shard,
        servers.map((server) => queueOf(line, server)),
        start,
        count,
      ),
    unclaimed: (places) => unclaimed(shard, places),
  };
}

async function read(
  { redis }: Shard,
  queues: readonly string[],
  start: number,
  count: number,
): Promise<readonly (readonly Place[])[]> {
  const pipeline = redis.pipeline();
  for (const queue of queues) pipeline.zrange(queue, start, String(start + count - 1), 'WITHSCORES');
  const pages = valuesOf(await pipeline.exec()) as string[][];
  return pages.map((page) => pairs(page).map(([client, place]) => ({ client, place: Number(place) })));
}

const pieceSize = 1_000;

/** Who waits has no claim of the campaign's own: any claim is that of another one. */
async function unclaimed({ redis, keys }: Shard, places: readonly Found[]): Promise<readonly Found[]> {
  const free: Found[] = [];
  for (const piece of inPieces(places, pieceSize)) {
    const claims = await redis.hmget(keys.of('claims'), ...piece.map(({ client }) => client));
    free.push(...piece.filter((_, at) => claims[at] === null));
  }
  return free;
}
