import type { Campaign } from '../../../domain/campaign/campaign.ts';
import type { CampaignEdition } from '../../../domain/campaign/edition.ts';
import { waitingCounters } from '../../admitted.ts';
import { queueName } from '../../queued.ts';
import type { AuditEntry, WaitingClient } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { flat, list, named, scriptFile, type ScriptValue } from '../core/scripts.ts';
import { inPieces, type Shard, valuesOf } from '../core/shard.ts';
import { stagingSeconds } from '../fleet/import-fleet.ts';
import { editionFields, headFields, memberText } from './campaigns.ts';
import { stageNames } from '../core/name-parts.ts';

/** A client with its position in the whole campaign. */
export interface Positioned extends WaitingClient {
  readonly position: number;
}

/** A campaign that is being created. */
export interface Creation {
  readonly campaign: Campaign;
  readonly version: number;
  readonly audit: AuditEntry;
  /** Names the staging keys of this try. */
  readonly token: string;
  /** How often clients had been removed before the fleet was read; null = it does not matter. */
  readonly removals: number | null;
  readonly editions: readonly CampaignEdition[];
  /** Number of the name's reservation; empty with one shard, where no name is reserved. */
  readonly reservation: string;
}

/** What `publishHead` returns; any other number means that a part of what was staged is gone. */
export const published = 1;
export const nameTaken = 0;
export const fleetChanged = -2;

const pieceSize = 1_000;

/** Writes a shard's clients under the token, in pieces. They expire unless they are published. */
export async function stageClients(
  shard: Shard,
  token: string,
  clients: readonly Positioned[],
): Promise<void> {
  for (const piece of inPieces(clients, pieceSize)) await stagePiece(shard, token, piece);
  await stageNames(
    shard,
    token,
    clients.map(({ client }) => client),
  );
}

async function stagePiece({ redis, keys }: Shard, token: string, clients: readonly Positioned[]) {
  const queues = new Map<string, ScriptValue[]>();
  for (const pick of clients) {
    const queue = keys.of('staging', token, pick.wave, queueName(pick));
    const entries = queues.get(queue) ?? [];
    entries.push(pick.position, pick.client);
    queues.set(queue, entries);
  }
  const members = keys.of('staging', token, 'members');
  const pipeline = redis.pipeline();
  pipeline.hset(members, ...clients.flatMap((pick) => [pick.client, memberText(pick)]));
  pipeline.expire(members, stagingSeconds);
  for (const [queue, entries] of queues) pipeline.zadd(queue, ...entries).expire(queue, stagingSeconds);
  valuesOf(await pipeline.exec());
}

const createCampaignScript = scriptFile(import.meta.url, 'create-campaign.lua');

/**
 * Publishes the head of a campaign with the clients of its shard.
 * @param further fields of the campaign's hash
 */
export function publishHead(
  { run }: Shard,
  { campaign, version, audit, token, reservation, removals, editions }: Creation,
  clients: readonly Positioned[],
  further: readonly ScriptValue[],
): Promise<unknown> {
  return run(
    createCampaignScript,
    named({
      campaign: campaign.definition.campaign,
      token,
      reservation,
      putBack: version > 1 ? 1 : 0,
      removals: removals ?? '',
      clients: clients.length,
      life: campaign.life ?? 0,
    }),
    ...list([...headFields(campaign, version), ...further, ...editionFields(editions)]),
    ...clientLists(clients),
    ...list(auditFields(audit, version)),
  );
}

/** The lists that `publishCampaign` reads after the campaign's hash. */
export function clientLists(clients: readonly Positioned[]): readonly ScriptValue[] {
  const waves = new Set(clients.map((pick) => `${pick.wave}:${queueName(pick)}`));
  const names = new Set(clients.map(queueName));
  return [...list([...waves]), ...list(flat(waitingCounters(clients))), ...list([...names])];
}
