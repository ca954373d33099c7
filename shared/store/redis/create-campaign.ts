import { randomUUID } from 'node:crypto';
import type { Campaign } from '../../domain/campaign.ts';
import { err, fault, type Fault, ok, type Result } from '../../errors.ts';
import { waitingTally } from '../admitted.ts';
import { reasons } from '../reasons.ts';
import type { AuditEntry, CampaignRecord, Pick } from '../store.ts';
import { auditFields } from './audit.ts';
import { campaignFields, memberText } from './campaigns.ts';
import { stagingSeconds } from './fleet.ts';
import { flat, list } from './scripts.ts';
import { inPieces, type Shard, valuesOf } from './shard.ts';

const pieceSize = 1_000;

/**
 * Stages the waiting clients in pieces under a random token; then one script gives the keys their names.
 * Until then the campaign does not exist and its name is free; what a crash leaves behind expires.
 */
export async function createCampaign(
  shard: Shard,
  campaign: Campaign,
  clients: readonly Pick[],
  audit: AuditEntry,
): Promise<Result<CampaignRecord, Fault>> {
  const name = campaign.definition.campaign;
  const taken = err(fault('campaign.taken', reasons.campaignTaken(name)));
  if ((await shard.redis.exists(shard.keys.of('campaign', name))) === 1) return taken;
  const token = randomUUID();
  let position = 0;
  for (const piece of inPieces(clients, pieceSize)) {
    await stage(shard, token, piece, position);
    position += piece.length;
  }
  const queues = new Set(clients.map(({ wave, logonServer }) => `${wave}:${logonServer}`));
  const servers = new Set(clients.map(({ logonServer }) => logonServer));
  const created = await shard.run(
    'create-campaign',
    name,
    token,
    ...list(campaignFields(campaign, 1)),
    ...list([...queues]),
    ...list(flat(waitingTally(clients))),
    ...list([...servers]),
    ...list(auditFields(audit, 1)),
  );
  return created === 1 ? ok({ version: 1, campaign }) : taken;
}

async function stage(
  { redis, keys }: Shard,
  token: string,
  clients: readonly Pick[],
  from: number,
): Promise<void> {
  const queues = new Map<string, (string | number)[]>();
  clients.forEach(({ client, wave, logonServer }, at) => {
    const queue = keys.of('staging', token, wave, logonServer);
    const entries = queues.get(queue) ?? [];
    entries.push(from + at, client);
    queues.set(queue, entries);
  });
  const members = keys.of('staging', token, 'members');
  const pipeline = redis.pipeline();
  pipeline.hset(members, ...clients.flatMap((pick) => [pick.client, memberText(pick)]));
  pipeline.expire(members, stagingSeconds);
  for (const [queue, entries] of queues) pipeline.zadd(queue, ...entries).expire(queue, stagingSeconds);
  valuesOf(await pipeline.exec());
}
