import { randomUUID } from 'node:crypto';
import type { Campaign } from '../../../domain/campaign/campaign.ts';
import { grantQuotas } from '../../../domain/campaign/quota.ts';
import { err, fault, type Fault, ok, type Result } from '../../../errors.ts';
import { StoreUnavailable } from '../../errors.ts';
import { reasons } from '../../reasons.ts';
import type { CampaignRecord, WaitingClient } from '../../types.ts';
import { readFormerLife } from '../campaigns/remove-campaign.ts';
import { quotaField, replicaFields } from '../campaigns/campaigns.ts';
import {
  clientLists,
  type Creation,
  fleetChanged,
  nameTaken,
  type Positioned,
  published,
  publishHead,
  stageClients,
} from '../campaigns/create-campaign.ts';
import { list, lua, named, script, scriptFile, type ScriptValue } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { stagingSeconds } from '../fleet/import-fleet.ts';
import type { Shards } from './shards.ts';

/** The part of a new campaign that one shard gets. */
interface Part {
  readonly shard: Shard;
  readonly clients: readonly Positioned[];
  readonly quota: number;
}

const triesAtMost = 3;

/**
 * Creates a campaign: stages the waiting clients in pieces under a random token, publishes the
 * parts of the other shards, and last the head with its own shard. Until then the campaign does
 * not exist and its name is free. What a crash leaves staged expires; what it leaves published in
 * other shards is replaced when the name is used again. Tries again when Redis loses a part on the
 * way.
 * @throws `StoreUnavailable` when Redis loses a part every time
 */
export async function createCampaign(
  shards: Shards,
  asked: Pick<Creation, 'campaign' | 'version' | 'audit' | 'removals' | 'editions'>,
  clients: readonly WaitingClient[],
): Promise<Result<CampaignRecord, Fault>> {
  const { campaign, version } = asked;
  const name = campaign.definition.campaign;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const reservation = await reserve(shards, name);
    if (reservation === null) return taken(name);
    const parts = await partsOf(shards, campaign, clients);
    if (!parts.ok) return parts;
    const born = await inItsLife(shards.head, campaign);
    const creation = { ...asked, campaign: born, token: randomUUID(), reservation };
    const result = await publish(shards, creation, parts.value);
    if (result === published) return ok({ version, campaign: born });
    if (result === nameTaken) return taken(name);
    if (result === fleetChanged) return err(fault('campaign.fleetChanged', reasons.fleetChanged));
  }
  throw new StoreUnavailable(`Redis does not keep what is staged for campaign ${name}; create it again`);
}

const taken = (name: string) => err(fault('campaign.taken', reasons.campaignTaken(name)));

/** A campaign whose name was used before is another life of the name. */
async function inItsLife(head: Shard, campaign: Campaign): Promise<Campaign> {
  const former = await readFormerLife(head, campaign.definition.campaign);
  const life = Math.max(campaign.life ?? 0, former?.lives ?? 0);
  return life === 0 ? campaign : { ...campaign, life };
}

const publishShardScript = scriptFile(import.meta.url, 'publish-shard.lua');

/** Returns what the last script returned. */
async function publish(
  { head, others }: Shards,
  creation: Creation,
  parts: readonly Part[],
): Promise<unknown> {
  const { campaign, version, token, reservation } = creation;
  const { campaign: name, waves } = campaign.definition;
  const [own = { shard: head, clients: [], quota: 0 }, ...rest] = parts;
  for (const { shard, clients } of parts) await stageClients(shard, token, clients);
  for (const { shard, clients, quota } of rest) {
    const result = await shard.run(
      publishShardScript,
      named({ campaign: name, token, reservation, waves: waves.length, clients: clients.length }),
      ...list([...replicaFields(campaign, version), ...firstGrant(quota)]),
      ...clientLists(clients),
    );
    if (result !== published) return result;
  }
  const grant = others.length === 0 ? quotaField : firstGrant;
  return publishHead(head, creation, own.clients, grant(own.quota));
}

/**
 * The first grant of several shards: a shard that gets a quota comes later in turn than one
 * without.
 */
const firstGrant = (quota: number): readonly ScriptValue[] => [
  ...quotaField(quota),
  'served',
  quota > 0 ? 1 : 0,
];

const reserveScript = script(
  import.meta.url,
  'reserve',
  lua`
-- @include ../core/time.lua

-- Reserves a campaign's name for one creation. The latest number wins, so a creation that died
-- blocks no other. Returns false when the campaign exists.
-- ARGV: campaign, seconds
if redis.call('EXISTS', key('campaign', ARGV[1])) == 1 then return false end
local last = tonumber(redis.call('GET', key('reserved', ARGV[1])) or 0)
local number = string.format('%.0f', math.max(last + 1, realMicroseconds()))
redis.call('SET', key('reserved', ARGV[1]), number, 'EX', ARGV[2])
return number`,
);

/**
 * Null when the campaign exists. With one shard the last script alone decides: nothing is
 * reserved.
 */
async function reserve({ head, others }: Shards, name: string): Promise<string | null> {
  if (others.length > 0) return (await head.run(reserveScript, name, stagingSeconds)) as string | null;
  return (await head.redis.exists(head.keys.of('campaign', name))) === 1 ? null : '';
}

/**
 * Refuses clients that the fleet does not have: with several shards no call would find them again.
 */
async function partsOf(
  { all, directory }: Shards,
  { definition }: Campaign,
  clients: readonly WaitingClient[],
): Promise<Result<readonly Part[], Fault>> {
  const homes = await directory.shardsOf(clients.map(({ client }) => client));
  const unknown = clients.find((_, at) => homes[at] === null);
  if (unknown !== undefined)
    return err(fault('campaign.unknownClient', reasons.unknownClient(unknown.client)));
  const shares = all.map((): Positioned[] => []);
  clients.forEach((pick, position) => shares[homes[position]?.number ?? 0]?.push({ ...pick, position }));
  const { active } = definition.budgets;
  const quotas = grantQuotas(
    active,
    shares.map(({ length }) => ({ quota: 0, inUse: 0, wants: length, servedAt: 0 })),
  );
  return ok(
    all.map((shard, at) => ({
      shard,
      clients: shares[at] ?? [],
      quota: all.length === 1 ? active : (quotas[at] ?? 0),
    })),
  );
}
