import { messageOf } from '../../../errors.ts';
import { activation, type ActivationReply } from './record.ts';
import type { Shard } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import type { LeaderFence } from '../../leader-store.ts';
import type { SweepFinding } from '../../types.ts';

export interface Sweep {
  readonly at: number;
  readonly graceMs: number;
  readonly limit: number;
  readonly skip: number;
  readonly leader: LeaderFence | undefined;
}

/**
 * Sweeps one shard after the other: the longest overdue of each, and `skip` counts through all of them. A shard that
 * does not answer does not hold up the others; throws only when nothing else was found.
 */
export async function sweep({ all }: Shards, asked: Sweep): Promise<readonly SweepFinding[]> {
  const findings: SweepFinding[] = [];
  let { skip } = asked;
  let away: Error | undefined;
  for (const shard of all) {
    try {
      findings.push(...(await sweepShard(shard, { ...asked, limit: asked.limit - findings.length, skip })));
      if (skip > 0 && all.length > 1) skip = Math.max(0, skip - (await overdueIn(shard, asked)));
    } catch (error) {
      away = error instanceof Error ? error : new Error(messageOf(error));
    }
    if (findings.length >= asked.limit) break;
  }
  if (away !== undefined && findings.length === 0) throw away;
  return findings;
}

type SweepReply = readonly [campaign: string, found: SweepFinding['found'], next: ActivationReply];

async function sweepShard(
  shard: Shard,
  { at, graceMs, limit, skip, leader }: Sweep,
): Promise<readonly SweepFinding[]> {
  const replies = (await shard.run('sweep', leader ?? '', at, graceMs, limit, skip)) as SweepReply[];
  return replies.map(([campaign, found, reply]) => {
    const next = activation(shard, campaign, reply);
    return { key: next.key, found, next };
  });
}

const overdueIn = ({ redis, keys }: Shard, { at, graceMs }: Sweep): Promise<number> =>
  redis.zcount(keys.of('due'), '-inf', `(${at - graceMs}`);
