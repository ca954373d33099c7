import { messageOf } from '../../../errors.ts';
import { readCampaign, replicaFields } from '../campaigns/campaigns.ts';
import { repairHalt } from '../campaigns/halt.ts';
import { list } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import type { Shards } from './shards.ts';
import { shareBudget } from './share-budget.ts';
import { StoreUnavailable } from '../../errors.ts';
import type { CampaignRecord } from '../../types.ts';

/**
 * Tells the other shards how the campaign stands now, and shares its budget out among them. Throws `StoreUnavailable` with the
 * shards that could not be told: they go on by the version before until the leading round reaches them.
 */
export async function followHead(shards: Shards, record: CampaignRecord): Promise<void> {
  const told = await Promise.allSettled(shards.others.map((shard) => replicate(shard, record)));
  const missing = shards.others.filter((_, at) => told[at]?.status === 'rejected');
  const [first] = told.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  if (missing.length > 0) throw notTold(record, missing, first);
  if (record.campaign.state.status !== 'ended') await shareBudget(shards, record);
}

const replicate = ({ run }: Shard, { campaign, version }: CampaignRecord): Promise<unknown> =>
  run('replicate', campaign.definition.campaign, version, ...list(replicaFields(campaign, version)));

function notTold({ campaign }: CampaignRecord, missing: readonly Shard[], cause: unknown): StoreUnavailable {
  const { definition, state } = campaign;
  const which = missing.map(({ number }) => number).join(', ');
  const message =
    `campaign ${definition.campaign} is now ${state.status}, but shard ${which} could not be told ` +
    `(${messageOf(cause)}) and goes on as before until it answers; it is told by itself then`;
  return new StoreUnavailable(message, { cause });
}

/**
 * Brings every shard up to the heads, whatever broke off between head and shards. Nothing to do with one shard.
 * @returns names of the campaigns that some shard knew an older version of
 */
export async function repairReplicas(shards: Shards): Promise<readonly string[]> {
  const { head, others } = shards;
  if (others.length === 0) return [];
  await repairHalt(shards);
  const names = await head.redis.smembers(head.keys.of('campaigns'));
  const [heads = [], ...replicas] = await Promise.all(shards.all.map((shard) => versionsIn(shard, names)));
  const behind = names.filter((_, at) => replicas.some((versions) => (versions[at] ?? 0) < (heads[at] ?? 0)));
  for (const name of behind) {
    const record = await readCampaign(head, name);
    if (record !== null) await followHead(shards, record);
  }
  return behind;
}

async function versionsIn({ redis, keys }: Shard, names: readonly string[]): Promise<readonly number[]> {
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hget(keys.of('campaign', name), 'version');
  return valuesOf(await pipeline.exec()).map(Number);
}
