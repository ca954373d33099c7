import { isFinishing, queueOf } from '../../domain/placement.ts';
import { admitted } from '../admitted.ts';
import type { Activation, Candidate, Pick, Queued, SlotsInUse } from '../store.ts';
import { auditFields } from './audit.ts';
import { activation, type ActivationReply } from './record.ts';
import { flat, list } from './scripts.ts';
import { inPieces, pairs, type Shard, valuesOf } from './shard.ts';

export async function slotsInUse({ redis, keys }: Shard, campaign: string): Promise<SlotsInUse> {
  const found = new Map(Object.entries(await redis.hgetall(keys.of('slots', campaign))));
  const active = Number(found.get('*') ?? 0);
  found.delete('*');
  return {
    active,
    perLogonServer: Object.fromEntries([...found].map(([server, used]) => [server, Number(used)])),
  };
}

/** A queue's head: clients and their place in it, one after the other. */
const head = (queue: string, limit: number) => [queue, 0, String(limit - 1), 'WITHSCORES'] as const;

/** Reads every short queue's head. Not one moment for all of them: `admit` compares each pick again. */
export async function queued(shard: Shard, campaign: string, limit: number): Promise<Queued> {
  const [parked, waiting] = await Promise.all([
    parkedHeads(shard, campaign, limit),
    waitingHeads(shard, campaign, limit),
  ]);
  return {
    parked: parked.sort(byPlace).map(({ client, logonServer }) => ({ client, logonServer })),
    waiting: waiting
      .sort((a, b) => a.wave - b.wave || byPlace(a, b))
      .map(({ client, wave, logonServer }) => ({ client, wave, logonServer })),
  };
}

type Placed<T> = T & { readonly place: number };
type Parked = Queued['parked'][number];

const byPlace = (a: Placed<{ client: string }>, b: Placed<{ client: string }>): number =>
  a.place - b.place || (a.client < b.client ? -1 : 1);

async function parkedHeads(
  { redis, keys }: Shard,
  campaign: string,
  limit: number,
): Promise<Placed<Parked>[]> {
  const servers = await redis.zrange(keys.of('parkedServers', campaign), 0, '-1');
  const pipeline = redis.pipeline();
  for (const server of servers) pipeline.zrange(...head(keys.of('parked', campaign, server), limit));
  const heads = valuesOf(await pipeline.exec()) as string[][];
  return servers.flatMap((logonServer, at) =>
    pairs(heads[at] ?? []).map(([client, place]) => ({ client, logonServer, place: Number(place) })),
  );
}

async function waitingHeads(
  { redis, keys }: Shard,
  campaign: string,
  limit: number,
): Promise<Placed<Pick>[]> {
  const open = Number(await redis.hget(keys.of('campaign', campaign), 'openWaves'));
  const servers = await redis.smembers(keys.of('servers', campaign));
  const queues = Array.from({ length: open }, (_, wave) =>
    servers.map((logonServer) => ({ wave, logonServer })),
  ).flat();
  const pipeline = redis.pipeline();
  for (const { wave, logonServer } of queues) {
    pipeline.zrange(...head(keys.of('waiting', campaign, wave, logonServer), limit));
  }
  const heads = valuesOf(await pipeline.exec()) as string[][];
  return queues.flatMap((queue, at) =>
    pairs(heads[at] ?? []).map(([client, place]) => ({ ...queue, client, place: Number(place) })),
  );
}

/** A script admits so many at once: Redis answers nobody else meanwhile. */
const pieceSize = 100;

export async function admit(
  shard: Shard,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
): Promise<readonly Activation[]> {
  const activations: Activation[] = [];
  for (const piece of inPieces(picks, pieceSize)) {
    const asked = piece.flatMap((pick) => pickFields(campaign, pick, at));
    const replies = (await shard.run('admit', campaign, at, piece.length, ...asked)) as ActivationReply[];
    activations.push(...replies.map((reply) => activation(campaign, reply)));
  }
  return activations;
}

function pickFields(campaign: string, pick: Candidate, at: number): readonly (string | number)[] {
  if (!('wave' in pick)) return [pick.client, pick.logonServer, '', '', '', '', ...list([]), ...list([])];
  const { upgrade, audit, counters } = admitted(campaign, pick, at);
  return [
    pick.client,
    pick.logonServer,
    pick.wave,
    JSON.stringify(upgrade),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    ...list(auditFields(audit)),
    ...list(flat(counters)),
  ];
}
