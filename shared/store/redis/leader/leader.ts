import { type Shard, valuesOf } from '../core/shard.ts';
import type { Leader, LeaderFence, LeadOutcome } from '../../leader-store.ts';

/**
 * The lease of the leader lies in one shard. Every shard learns of a new leader by the scripts of its rounds, and refuses
 * whoever is older than the newest it has seen.
 */
type LeadReply = readonly [kind: LeadOutcome['kind'], owner: string, counter: string, until: string];

export async function lead({ run }: Shard, owner: string, leaseMs: number): Promise<LeadOutcome> {
  const [kind, holder, counter, until] = (await run('lead', owner, leaseMs)) as LeadReply;
  return { kind, owner: holder, fence: Number(counter), until: Number(until) };
}

export async function resign({ run }: Shard, owner: string, fence: LeaderFence): Promise<void> {
  await run('resign', owner, fence);
}

/** By Redis's own time, as the lease is granted. */
export async function readLeader({ redis, keys }: Shard): Promise<Leader | null> {
  // In one go, so that in a Cluster the same machine is asked for its time.
  const [found, time] = valuesOf(
    await redis.pipeline().hmget(keys.of('leader'), 'owner', 'counter', 'until').time().exec(),
  ) as [(string | null)[], (string | number)[]];
  const [owner = null, counter = null, until = null] = found;
  if (owner === null || until === null) return null;
  const [seconds, microseconds] = time;
  const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  return Number(until) > now ? { owner, fence: Number(counter), until: Number(until) } : null;
}
