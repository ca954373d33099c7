import { readCampaigns } from './campaigns.ts';
import { scanHash, type Shard, valuesOf } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';

interface Overlap {
  readonly client: string;
  readonly campaign: string;
}

/**
 * Reads this campaign's clients page by page and asks for each page who else wants them: exact, whatever the
 * size.
 */
export async function overlap(shards: Shards, campaign: string, limit: number): Promise<readonly Overlap[]> {
  const others = await othersAtWork(shards.head, campaign);
  const found: Overlap[] = [];
  if (others.length === 0) return found;
  for await (const { shard, page } of membersIn(shards, campaign)) {
    const clients = page.map(([client]) => client);
    if (clients.length > 0) found.push(...(await overlapOf(shard, clients, others)));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** Every client of a campaign, page by page and shard by shard, with where it waits; empty once it has a record. */
export async function* membersIn({ all }: Shards, campaign: string) {
  for (const shard of all) {
    for await (const page of scanHash(shard, shard.keys.of('members', campaign))) yield { shard, page };
  }
}

async function othersAtWork(shard: Shard, campaign: string): Promise<readonly string[]> {
  return (await readCampaigns(shard, ['running', 'paused']))
    .map((record) => record.campaign.definition.campaign)
    .filter((name) => name !== campaign);
}

/** Another campaign wants a client when it claims it, or when the client still waits in it. */
async function overlapOf({ redis, keys }: Shard, clients: readonly string[], others: readonly string[]) {
  const pipeline = redis.pipeline().hmget(keys.of('claims'), ...clients);
  for (const other of others) pipeline.hmget(keys.of('members', other), ...clients);
  const [claims = [], ...members] = valuesOf(await pipeline.exec()) as (string | null)[][];
  return clients.flatMap((client, at) =>
    others
      .filter((other, which) => claims[at] === other || (members[which]?.[at] ?? '') !== '')
      .map((other): Overlap => ({ client, campaign: other })),
  );
}
