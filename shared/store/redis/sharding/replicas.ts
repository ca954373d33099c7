import { reasonOf } from '../../../reason-of.ts';
import { StoreUnavailable } from '../../errors.ts';
import type { CampaignRecord, HaltRecord, ServerLimits } from '../../types.ts';
import { readCampaign, replicaFields } from '../campaigns/campaigns.ts';
import { readServerLimits, replicateLimits } from '../admission/server-limits.ts';
import { readHalt } from '../campaigns/halt.ts';
import { list, lua, script } from '../core/scripts.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { shareBudget } from './share-budget.ts';
import { fromEach, type Shards } from './shards.ts';

const replicateScript = script(
  import.meta.url,
  'replicate',
  lua`
-- @include ../core/lists.lua

-- Writes how a campaign stands to a shard, but never an older version over a newer one.
-- ARGV: campaign, version; list: campaign hash
local campaign, version = ARGV[1], tonumber(ARGV[2])
local present = tonumber(redis.call('HGET', key('campaign', campaign), 'version') or 0)
if present >= version then return 0 end
redis.call('HSET', key('campaign', campaign), unpack(ARGV, lists(3)()))
return 1`,
);

/**
 * Writes a campaign's head to the other shards, and shares its budget out among all shards.
 * @throws `StoreUnavailable` with the shards that could not be reached. They go on by the version
 * before until the leading round reaches them (`repairReplicas`)
 */
export async function followHead(shards: Shards, { campaign, version }: CampaignRecord): Promise<void> {
  const { definition, state } = campaign;
  const fields = list(replicaFields(campaign, version));
  await writeReplicas(
    shards,
    ({ run }) => run(replicateScript, definition.campaign, version, ...fields),
    (missing, cause) =>
      `campaign ${definition.campaign} is now ${state.status}, but shard ${missing} could not be reached ` +
      `(${cause}) and goes on as before until it answers; it is updated by itself then`,
  );
  if (state.status !== 'ended' && campaign.removal === undefined)
    await shareBudget(shards, { campaign, version });
}

const replicateHaltScript = script(
  import.meta.url,
  'replicate-halt',
  lua`
-- Writes to a shard whether every campaign is halted, but never an older version over a newer one.
-- ARGV: version, on (1 or 0)
local record = key('halt')
if tonumber(redis.call('HGET', record, 'version') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', record, 'version', ARGV[1], 'on', ARGV[2])
return 1`,
);

/** Writes the halt to the other shards. Throws as `followHead` does. */
export async function followHalt(shards: Shards, { version, halt }: HaltRecord): Promise<void> {
  if (version === 0) return;
  const what = halt === null ? 'everything may go on' : 'everything is halted';
  await writeReplicas(
    shards,
    ({ run }) => run(replicateHaltScript, version, halt === null ? 0 : 1),
    (missing, cause) =>
      `${what}, but shard ${missing} could not be reached (${cause}); it is updated by itself when it answers`,
  );
}

/** Writes the limits of logon servers to the other shards. Throws as `followHead` does. */
export async function followLimits(shards: Shards, limits: ServerLimits): Promise<void> {
  if (limits.version === 0 || shards.others.length === 0) return;
  const names = await shards.head.redis.smembers(shards.head.keys.of('campaigns'));
  await writeReplicas(
    shards,
    (shard) => replicateLimits(shard, limits, names),
    (missing, cause) =>
      `the limits of logon servers are written, but shard ${missing} could not be reached (${cause}); it is updated by itself when it answers`,
  );
}

async function writeReplicas(
  { others }: Shards,
  write: (shard: Shard) => Promise<unknown>,
  explain: (missing: string, cause: string) => string,
): Promise<void> {
  const written = await Promise.allSettled(others.map(write));
  const missing = others.filter((_, at) => written[at]?.status === 'rejected');
  if (missing.length === 0) return;
  const [cause] = written.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const which = missing.map(({ number }) => number).join(', ');
  throw new StoreUnavailable(explain(which, reasonOf(cause)), { cause });
}

/**
 * Brings every shard up to the heads, for what broke off between head and shards. Does nothing
 * with one shard.
 * @returns names of the campaigns of which some shard knew an older version
 */
export async function repairReplicas(shards: Shards): Promise<readonly string[]> {
  const { head, others } = shards;
  if (others.length === 0) return [];
  await followHalt(shards, await readHalt(head));
  await followLimits(shards, await readServerLimits(head));
  const names = await head.redis.smembers(head.keys.of('campaigns'));
  const [heads = [], ...replicas] = await fromEach(shards, (shard) => versionsIn(shard, names));
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
