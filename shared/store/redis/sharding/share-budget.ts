import { grantQuotas, raiseQuotas, type Share } from '../../../domain/campaign/quota.ts';
import { everywhere, type IsOpen, parseQueueName } from '../../queued.ts';
import type { CampaignRecord } from '../../types.ts';
import { lua, script, scriptFile } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { fromEach, type Shards } from './shards.ts';

/**
 * Shares a campaign's budget out among the shards by what each could use now: first it lowers
 * every shard, then it raises quotas by what is really free. Each round has a token, and a shard
 * that a later round has lowered refuses the raise of an earlier one. A round that breaks off
 * leaves less granted, never more. Does nothing with one shard.
 */
export async function shareBudget(
  shards: Shards,
  { campaign }: CampaignRecord,
  isOpen: IsOpen = everywhere,
): Promise<void> {
  if (shards.others.length === 0) return;
  const { campaign: name, budgets } = campaign.definition;
  const shares = await fromEach(shards, (shard) => shareOf(shard, name, budgets.active, isOpen));
  const targets = grantQuotas(budgets.active, shares);
  if (targets.every((target, at) => target === shares[at]?.quota)) return;
  const token = String(await shards.head.run(grantTokenScript, name));
  const lowered = await fromEach(shards, (shard) => lower(shard, name, token, targets[shard.number] ?? 0));
  const known = lowered.filter((each) => each !== null);
  if (known.length < lowered.length) return;
  const raised = raiseQuotas(budgets.active, known, targets);
  const higher = shards.all.filter(({ number }) => (raised[number] ?? 0) > (known[number]?.quota ?? 0));
  await Promise.all(higher.map(({ run, number }) => run(raiseScript, name, token, raised[number] ?? 0)));
}

const shareScript = scriptFile(import.meta.url, 'share.lua');

async function shareOf(shard: Shard, campaign: string, active: number, isOpen: IsOpen): Promise<Share> {
  const closed = isOpen === everywhere ? [] : await closedZones(shard, campaign, isOpen);
  const reply = (await shard.run(shareScript, campaign, active, ...closed)) as [
    number,
    number,
    number,
    string,
  ];
  const [quota, inUse, wants, servedAt] = reply;
  return { quota, inUse, wants, servedAt: Number(servedAt) };
}

async function closedZones({ redis, keys }: Shard, campaign: string, isOpen: IsOpen) {
  const queues = await redis.smembers(keys.of('servers', campaign));
  const zones = queues.map((queue) => parseQueueName(queue).zone).filter((zone) => zone !== undefined);
  return [...new Set(zones)].filter((zone) => !isOpen(zone));
}

const grantTokenScript = script(
  import.meta.url,
  'grant-token',
  lua`
-- @include ../core/time.lua

-- A number for one round of grants, above all before it. Like a fence it survives a lost counter.
-- ARGV: campaign
local last = tonumber(redis.call('HGET', key('campaign', ARGV[1]), 'grants') or 0)
local token = string.format('%.0f', math.max(last + 1, realMicroseconds()))
redis.call('HSET', key('campaign', ARGV[1]), 'grants', token)
return token`,
);

const lowerScript = script(
  import.meta.url,
  'lower',
  lua`
-- Lowers a shard's quota to its target if it is above it, and refuses older rounds of grants from
-- now on. Returns false when a later round has come here.
-- ARGV: campaign, token of this round, target
local record = key('campaign', ARGV[1])
local found = redis.call('HMGET', record, 'quota', 'grant')
if tonumber(found[2] or 0) > tonumber(ARGV[2]) then return false end
local quota = math.min(tonumber(found[1] or 0), tonumber(ARGV[3]))
redis.call('HSET', record, 'quota', quota, 'grant', ARGV[2])
return { quota, tonumber(redis.call('HGET', key('slots', ARGV[1]), '*') or 0) }`,
);

/** Null when a later round of grants has come to this shard. */
async function lower(
  { run }: Shard,
  campaign: string,
  token: string,
  target: number,
): Promise<{ readonly quota: number; readonly inUse: number } | null> {
  const reply = (await run(lowerScript, campaign, token, target)) as [number, number] | null;
  return reply === null ? null : { quota: reply[0], inUse: reply[1] };
}

const raiseScript = script(
  import.meta.url,
  'raise',
  lua`
-- Raises a shard's quota. Returns 0 when another round of grants has begun: this one knows too
-- little.
-- ARGV: campaign, token of this round, quota
local record = key('campaign', ARGV[1])
if redis.call('HGET', record, 'grant') ~= ARGV[2] then return 0 end
redis.call('HSET', record, 'quota', ARGV[3], 'served', ARGV[2])
return 1`,
);
