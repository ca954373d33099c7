import type { LeaderFence } from '../../leader-store.ts';
import type { SweepFinding } from '../../safety-net.ts';
import { scriptFile } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { activation, type ActivationReply } from './record.ts';

const sweepScript = scriptFile(import.meta.url, 'sweep.lua');

/** As `SafetyNet.sweep` describes it. */
export interface Sweep {
  readonly at: number;
  readonly graceMs: number;
  readonly limit: number;
  readonly skip: number;
  readonly leader: LeaderFence | undefined;
}

type Reply = readonly [campaign: string, found: SweepFinding['found'], next: ActivationReply];

/** Sweeps one shard. */
export async function sweep(
  shard: Shard,
  { at, graceMs, limit, skip, leader }: Sweep,
): Promise<readonly SweepFinding[]> {
  const replies = (await shard.run(sweepScript, leader ?? '', at, graceMs, limit, skip)) as Reply[];
  return replies.map(([campaign, found, reply]) => {
    const next = activation(shard, campaign, reply);
    return { key: next.key, found, next };
  });
}

/** How many upgrades of a shard are overdue. */
export const countOverdue = ({ redis, keys }: Shard, { at, graceMs }: Sweep): Promise<number> =>
  redis.zcount(keys.of('due'), '-inf', `(${at - graceMs}`);

/** The lowest scores of `due` and `driven`; null = there is no entry. */
export async function nextIn({
  redis,
  keys,
}: Shard): Promise<readonly [dueAt: number | null, leaseEndsAt: number | null]> {
  const pipeline = redis.pipeline();
  for (const name of ['due', 'driven'] as const) pipeline.zrange(keys.of(name), 0, '0', 'WITHSCORES');
  const [due = [], driven = []] = valuesOf(await pipeline.exec()) as string[][];
  return [scoreIn(due), scoreIn(driven)];
}

const scoreIn = ([, score]: readonly string[]): number | null => (score === undefined ? null : Number(score));
