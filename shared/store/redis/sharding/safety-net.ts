import { messageOf } from '../../../errors.ts';
import type { InvariantCheck, SafetyNet, SweepFinding } from '../../safety-net.ts';
import { checkPage, type CheckRequest, recount } from '../integrity/check-invariants.ts';
import { countOverdue, nextIn, type Sweep, sweep } from '../upgrades/sweep.ts';
import { fromEach, type Shards } from './shards.ts';

export const safetyNetOf = (shards: Shards): SafetyNet => ({
  sweep: (at, graceMs, limit, skip = 0, leader) => sweepAll(shards, { at, graceMs, limit, skip, leader }),
  nextSweep: async () => {
    const found = await fromEach(shards, nextIn);
    return {
      dueAt: lowest(found.map(([dueAt]) => dueAt)),
      leaseEndsAt: lowest(found.map(([, leaseEndsAt]) => leaseEndsAt)),
    };
  },
  checkInvariants: (campaign, cursor, limit, at, leader) =>
    checkNextPage(shards, { campaign, limit, at, leader }, cursor),
});

const lowest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/**
 * Sweeps one shard after the other: the longest overdue upgrades of each, while `skip` counts
 * through all shards. A shard that does not answer does not hold up the others.
 * @throws its error when no other shard found anything
 */
async function sweepAll({ all }: Shards, asked: Sweep): Promise<readonly SweepFinding[]> {
  const findings: SweepFinding[] = [];
  let { skip } = asked;
  let unanswered: Error | undefined;
  for (const shard of all) {
    try {
      findings.push(...(await sweep(shard, { ...asked, limit: asked.limit - findings.length, skip })));
      if (skip > 0 && all.length > 1) skip = Math.max(0, skip - (await countOverdue(shard, asked)));
    } catch (error) {
      unanswered = error instanceof Error ? error : new Error(messageOf(error));
    }
    if (findings.length >= asked.limit) break;
  }
  if (unanswered !== undefined && findings.length === 0) throw unanswered;
  return findings;
}

/**
 * Checks one page of one shard. After the last page of a shard its slots and counters are
 * recounted.
 * @param at `shard:cursor`; empty = from the beginning
 */
async function checkNextPage(shards: Shards, asked: CheckRequest, at: string): Promise<InvariantCheck> {
  const [number = '0', cursor = '0'] = at === '' ? [] : at.split(':');
  const shard = shards.all[Number(number)];
  if (shard === undefined) return { findings: [], recounted: [], cursor: null };
  const { findings, next } = await checkPage(shard, shards.head, asked, cursor);
  if (next !== '0') return { findings, recounted: [], cursor: `${shard.number}:${next}` };
  const isLast = shard.number === shards.all.length - 1;
  const recounted = await recount(shard, asked);
  return { findings, recounted, cursor: isLast ? null : `${shard.number + 1}:0` };
}
