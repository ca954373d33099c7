import type { Leader, LeaderFence, LeaderStore, LeadOutcome } from '../../leader-store.ts';
import { lua, script, scriptFile } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';

/**
 * The lease of the leader, which lies in shard 0. Every shard learns of a new leader by the
 * scripts of its rounds, and refuses a leader that is older than the newest it has seen.
 */
export const leaderStoreOf = (head: Shard): LeaderStore => ({
  lead: (owner, leaseMs) => lead(head, owner, leaseMs),
  renewLead: (owner, fence, leaseMs) => renewLead(head, owner, fence, leaseMs),
  resign: (owner, fence) => resign(head, owner, fence),
  leader: () => readLeader(head),
});

const leadScript = scriptFile(import.meta.url, 'lead.lua');

type LeadReply = readonly [kind: LeadOutcome['kind'], owner: string, counter: string, until: string];

async function lead({ run }: Shard, owner: string, leaseMs: number): Promise<LeadOutcome> {
  const [kind, holder, counter, until] = (await run(leadScript, owner, leaseMs)) as LeadReply;
  return { kind, owner: holder, fence: Number(counter), until: Number(until) };
}

/** The key of a term exists only while the term lasts, so no other leader's lease is prolonged. */
const renewLead = async (
  { redis, keys }: Shard,
  owner: string,
  fence: LeaderFence,
  leaseMs: number,
): Promise<boolean> => (await redis.set(keys.of('lease', fence), owner, 'PX', leaseMs, 'XX')) === 'OK';

const resignScript = script(
  import.meta.url,
  'resign',
  lua`
-- Ends the leader's lease; its counter stays. Does nothing when another process leads.
-- ARGV: owner, leader fence
local found = redis.call('HMGET', key('leader'), 'owner', 'counter')
if found[1] == ARGV[1] and found[2] == ARGV[2] then
  redis.call('HDEL', key('leader'), 'owner', 'until')
  redis.call('DEL', key('lease', ARGV[2]))
end
return 0`,
);

async function resign({ run }: Shard, owner: string, fence: LeaderFence): Promise<void> {
  await run(resignScript, owner, fence);
}

/** By Redis's own time, by which the lease is granted. */
async function readLeader({ redis, keys }: Shard): Promise<Leader | null> {
  // In one pipeline, so that in a Cluster the same server answers with its time.
  const [found, time] = valuesOf(
    await redis.pipeline().hmget(keys.of('leader'), 'owner', 'counter', 'until').time().exec(),
  ) as [(string | null)[], (string | number)[]];
  const [owner = null, counter = null, until = null] = found;
  if (owner === null || until === null) return null;
  const [seconds, microseconds] = time;
  const now = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  const leftMs = await redis.pttl(keys.of('lease', counter ?? ''));
  const end = Math.max(Number(until), leftMs > 0 ? now + leftMs : 0);
  return end > now ? { owner, fence: Number(counter), until: end } : null;
}
