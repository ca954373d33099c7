import { grantQuotas, raiseQuotas, type Share } from '../../../domain/campaign/quota.ts';
import { everywhere, type IsOpen, placeOf } from '../../queued.ts';
import type { Shard } from '../core/shard.ts';
import { fromEach, type Shards } from './shards.ts';
import type { CampaignRecord } from '../../types.ts';

/**
 * Shares a campaign's budget out among the shards by what each could use now: first every shard is lowered, then raised
 * by what is really free. One round at a time: each has a token, and a shard that a later round has lowered refuses to
 * be raised by an earlier one. Breaking off anywhere leaves less granted, never more. Nothing to do with one shard.
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
  const token = String(await shards.head.run('grant-token', name));
  const lowered = await fromEach(shards, (shard) => lower(shard, name, token, targets[shard.number] ?? 0));
  const known = lowered.filter((each) => each !== null);
  if (known.length < lowered.length) return;
  const raised = raiseQuotas(budgets.active, known, targets);
  const higher = shards.all.filter(({ number }) => (raised[number] ?? 0) > (known[number]?.quota ?? 0));
  await Promise.all(higher.map(({ run, number }) => run('raise', name, token, raised[number] ?? 0)));
}

async function shareOf(shard: Shard, campaign: string, active: number, isOpen: IsOpen): Promise<Share> {
  const closed = isOpen === everywhere ? [] : await closedZones(shard, campaign, isOpen);
  const reply = (await shard.run('share', campaign, active, ...closed)) as [number, number, number, string];
  const [quota, inUse, wants, servedAt] = reply;
  return { quota, inUse, wants, servedAt: Number(servedAt) };
}

async function closedZones({ redis, keys }: Shard, campaign: string, isOpen: IsOpen) {
  const queues = await redis.smembers(keys.of('servers', campaign));
  const zones = new Set(queues.map((queue) => placeOf(queue).zone).filter((zone) => zone !== undefined));
  return [...zones].filter((zone) => !isOpen(zone));
}

/** Null when a later round of grants has come to this shard. */
async function lower(
  { run }: Shard,
  campaign: string,
  token: string,
  target: number,
): Promise<{ readonly quota: number; readonly inUse: number } | null> {
  const reply = (await run('lower', campaign, token, target)) as [number, number] | null;
  return reply === null ? null : { quota: reply[0], inUse: reply[1] };
}
