import { randomUUID } from 'node:crypto';
import { grantQuotas } from '../../../domain/campaign/quota.ts';
import { err, fault, type Fault, ok, type Result } from '../../../errors.ts';
import { waitingCounters } from '../../admitted.ts';
import { queueName } from '../../queued.ts';
import { reasons } from '../../reasons.ts';
import { auditFields } from '../audit/audit.ts';
import { firstGrant, headFields, memberText, quotaField, replicaFields } from './campaigns.ts';
import { stagingSeconds } from '../fleet/import-fleet.ts';
import { flat, list } from '../core/scripts.ts';
import { inPieces, type Shard, valuesOf } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import type { Campaign } from '../../../domain/campaign/campaign.ts';
import { StoreUnavailable } from '../../errors.ts';
import type { AuditEntry, CampaignRecord, WaitingClient } from '../../types.ts';

const pieceSize = 1_000;

/** A client with its place in the order of the whole campaign. */
interface Placed extends WaitingClient {
  readonly place: number;
}

/** What one shard gets of a new campaign. */
interface Part {
  readonly shard: Shard;
  readonly clients: readonly Placed[];
  readonly quota: number;
}

/**
 * Stages the waiting clients in pieces under a random token, publishes what lies in other shards, and at last the head
 * with its own shard: until then the campaign does not exist and its name is free. What a crash leaves staged expires;
 * what it leaves published in other shards is replaced when the name is used again. Staged anew when Redis lost something of
 * it on the way; throws `StoreUnavailable` when it does so again and again.
 */
export async function createCampaign(
  shards: Shards,
  campaign: Campaign,
  clients: readonly WaitingClient[],
  audit: AuditEntry,
  version = 1,
): Promise<Result<CampaignRecord, Fault>> {
  const name = campaign.definition.campaign;
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const number = await reserve(shards, name);
    if (number === null) return taken(name);
    const parts = await partsOf(shards, campaign, clients);
    if (!parts.ok) return parts;
    const published = await publish(shards, { campaign, version, audit, number }, parts.value);
    if (published === created) return ok({ version, campaign });
    if (published === isTaken) return taken(name);
  }
  throw new StoreUnavailable(`Redis does not keep what is staged for campaign ${name}; create it again`);
}

const triesAtMost = 3;
/** What the scripts answer; anything else means that something of what was staged is gone. */
const created = 1;
const isTaken = 0;

const taken = (name: string) => err(fault('campaign.taken', reasons.campaignTaken(name)));

interface Creation {
  readonly campaign: Campaign;
  readonly version: number;
  readonly audit: AuditEntry;
  /** Of the reservation. */
  readonly number: string;
}

async function publish(
  { head, others }: Shards,
  { campaign, version, audit, number }: Creation,
  parts: readonly Part[],
): Promise<unknown> {
  const { campaign: name, waves } = campaign.definition;
  const [own = { shard: head, clients: [], quota: 0 }, ...rest] = parts;
  const token = randomUUID();
  for (const part of parts) await stageAll(part, token);
  for (const part of rest) {
    const fields = list([...replicaFields(campaign, version), ...firstGrant(part.quota)]);
    const asked = [name, token, number, waves.length, part.clients.length, ...fields, ...partFields(part)];
    const published = await part.shard.run('publish-shard', ...asked);
    if (published !== created) return published;
  }
  const grant = others.length === 0 ? quotaField : firstGrant;
  return head.run(
    'create-campaign',
    name,
    token,
    others.length === 0 ? '' : number,
    own.clients.length,
    ...list([...headFields(campaign, version), ...grant(own.quota)]),
    ...partFields(own),
    ...list(auditFields(audit, version)),
  );
}

/** Null when the campaign exists. With one shard the last script alone decides, and there is nothing to reserve. */
async function reserve({ head, others }: Shards, name: string): Promise<string | null> {
  if (others.length > 0) return (await head.run('reserve', name, stagingSeconds)) as string | null;
  return (await head.redis.exists(head.keys.of('campaign', name))) === 1 ? null : '';
}

/** A client of no fleet is at home nowhere: with several shards nobody would find it again. */
async function partsOf(
  { all, homes }: Shards,
  { definition }: Campaign,
  clients: readonly WaitingClient[],
): Promise<Result<readonly Part[], Fault>> {
  const found = await homes.ofAll(clients.map(({ client }) => client));
  const homeless = clients.find((_, at) => found[at] === null);
  if (homeless !== undefined)
    return err(fault('campaign.unknownClient', reasons.unknownClient(homeless.client)));
  const shares = all.map((): Placed[] => []);
  clients.forEach((pick, place) => shares[found[place]?.number ?? 0]?.push({ ...pick, place }));
  const quotas = grantQuotas(
    definition.budgets.active,
    shares.map(({ length }) => ({ quota: 0, inUse: 0, wants: length, servedAt: 0 })),
  );
  const own = definition.budgets.active;
  return ok(
    all.map((shard, at) => ({
      shard,
      clients: shares[at] ?? [],
      quota: all.length === 1 ? own : (quotas[at] ?? 0),
    })),
  );
}

/** In the order that `publishCampaign` takes them, after the hash. */
function partFields({ clients }: Part): readonly (string | number)[] {
  const queues = new Set(clients.map((pick) => `${pick.wave}:${queueName(pick)}`));
  const names = new Set(clients.map(queueName));
  return [...list([...queues]), ...list(flat(waitingCounters(clients))), ...list([...names])];
}

async function stageAll({ shard, clients }: Part, token: string): Promise<void> {
  for (const piece of inPieces(clients, pieceSize)) await stage(shard, token, piece);
}

async function stage({ redis, keys }: Shard, token: string, clients: readonly Placed[]): Promise<void> {
  const queues = new Map<string, (string | number)[]>();
  for (const pick of clients) {
    const queue = keys.of('staging', token, pick.wave, queueName(pick));
    const entries = queues.get(queue) ?? [];
    entries.push(pick.place, pick.client);
    queues.set(queue, entries);
  }
  const members = keys.of('staging', token, 'members');
  const pipeline = redis.pipeline();
  pipeline.hset(members, ...clients.flatMap((pick) => [pick.client, memberText(pick)]));
  pipeline.expire(members, stagingSeconds);
  for (const [queue, entries] of queues) pipeline.zadd(queue, ...entries).expire(queue, stagingSeconds);
  valuesOf(await pipeline.exec());
}
