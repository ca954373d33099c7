import {
  everywhere,
  findQueued,
  type Found,
  type IsOpen,
  type Line,
  type Place,
  placeOf,
  type Queue,
  queueName,
  type Queues,
} from '../../queued.ts';
import { slotsOf } from './admit.ts';
import { downloadLimits, sumOf } from '../campaigns/campaigns.ts';
import { inPieces, pairs, type Shard, valuesOf } from '../core/shard.ts';
import { fromEach, type Shards } from '../sharding/shards.ts';
import { downloadsIn } from '../../../domain/outcome/counters.ts';
import type { Queued, SlotsInUse } from '../../types.ts';

export async function queued(
  shards: Shards,
  campaign: string,
  limit: number,
  isOpen: IsOpen = everywhere,
): Promise<Queued> {
  return findQueued(await queuesOf(shards, campaign, isOpen), limit);
}

async function queuesOf(shards: Shards, campaign: string, isOpen: IsOpen): Promise<Queues> {
  const lines = await fromEach(shards, (shard) => linesOf(shard, campaign, isOpen));
  return {
    quotas: lines.map(({ quota }) => quota),
    inUse: lines.map(({ inUse }) => inUse),
    perLogonServer: lines[0]?.perLogonServer ?? 0,
    maxDownloads: lines[0]?.maxDownloads ?? {},
    downloads: lines.map(({ downloads }) => downloads),
    isStaged: lines[0]?.isStaged ?? (() => false),
    openWaves: lines[0]?.openWaves ?? 0,
    isRunning: lines[0]?.isRunning ?? false,
    queues: async (line) => (await Promise.all(lines.map(({ queues }) => queues(line)))).flat(),
    read: (line, queues, start, count) =>
      byShard(queues, (shard, those) => {
        const read = lines[shard]?.read;
        return read === undefined ? Promise.resolve([]) : read(line, those, start, count);
      }),
    unclaimed: async (places) => {
      const claims = await byShard(places, (shard, those) => claimsOf(shards.all[shard], those));
      return places.filter((_, at) => claims[at] === null);
    },
  };
}

/** What one shard has of a campaign's lines. */
interface Lines {
  readonly quota: number;
  readonly perLogonServer: number;
  readonly openWaves: number;
  readonly maxDownloads: Queues['maxDownloads'];
  readonly downloads: Queues['downloads'][number];
  readonly isStaged: Queues['isStaged'];
  readonly isRunning: boolean;
  readonly inUse: SlotsInUse;
  readonly queues: (line: Line) => Promise<readonly Queue[]>;
  readonly read: Queues['read'];
}

async function linesOf(shard: Shard, campaign: string, isOpen: IsOpen): Promise<Lines> {
  const { redis, keys, number } = shard;
  const [limits, status, on, names, slots] = valuesOf(
    await redis
      .pipeline()
      .hmget(keys.of('campaign', campaign), 'quota', 'perServer', 'openWaves', 'release', 'downloads')
      .hget(keys.of('campaign', campaign), 'status')
      .hget(keys.of('halt'), 'on')
      .smembers(keys.of('servers', campaign))
      .hgetall(keys.of('slots', campaign))
      .exec(),
  ) as [(string | null)[], string | null, string | null, string[], Record<string, string>];
  const [quota = 0, perLogonServer = 0, openWaves = 0] = limits.map(Number);
  const [, , , release = null, maxDownloads = null] = limits;
  const waiting = names.map(placeOf).filter(({ zone }) => zone === undefined || isOpen(zone));
  const queuesOn = (places: readonly ReturnType<typeof placeOf>[]) =>
    places.map((place) => ({ ...place, shard: number }));
  const keyOf = (line: Line, queue: ReturnType<typeof placeOf>): string =>
    typeof line === 'string'
      ? keys.of(line, campaign, queue.logonServer)
      : keys.of('waiting', campaign, line, queueName(queue));
  return {
    quota,
    perLogonServer,
    openWaves,
    ...(await openingsOf(shard, campaign, release, maxDownloads ?? '')),
    isRunning: status === 'running' && on !== '1',
    inUse: slotsOf([slots]),
    queues: async (line) => {
      if (typeof line === 'string')
        return queuesOn((await redis.zrange(keys.of(`${line}Servers`, campaign), 0, '-1')).map(placeOf));
      if (waiting.length === 0) return [];
      // One question for a wave that nobody waits in any more, instead of one for each logon server.
      const there = await redis.exists(...waiting.map((queue) => keyOf(line, queue)));
      return there === 0 ? [] : queuesOn(waiting);
    },
    read: (line, queues, start, count) =>
      read(
        shard,
        queues.map((queue) => keyOf(line, queue)),
        start,
        count,
      ),
  };
}

/** On which logon servers something may begin. Nothing more is read where neither copies nor downloads limit it. */
async function openingsOf(
  { redis, keys }: Shard,
  campaign: string,
  release: string | null,
  limits: string,
): Promise<Pick<Lines, 'maxDownloads' | 'downloads' | 'isStaged'>> {
  const copies = release === null ? {} : await redis.hgetall(keys.of('copies', release));
  const counters = limits === '' ? {} : sumOf([await redis.hgetall(keys.of('counters', campaign))]);
  return {
    maxDownloads: limits === '' ? {} : { maxDownloads: downloadLimits(limits) },
    downloads: (logonServer) => downloadsIn((name) => counters[name], logonServer),
    isStaged: (logonServer) => copies['*'] === undefined || copies[logonServer] === '1',
  };
}

async function read(
  { redis }: Shard,
  queues: readonly string[],
  start: number,
  count: number,
): Promise<readonly (readonly Place[])[]> {
  const pipeline = redis.pipeline();
  for (const queue of queues) pipeline.zrange(queue, start, String(start + count - 1), 'WITHSCORES');
  const pages = valuesOf(await pipeline.exec()) as string[][];
  return pages.map((page) => pairs(page).map(([client, place]) => ({ client, place: Number(place) })));
}

const pieceSize = 1_000;

/** Who waits has no claim of the campaign's own: any claim is that of another one. */
async function claimsOf(
  shard: Shard | undefined,
  places: readonly Found[],
): Promise<readonly (string | null)[]> {
  const claims: (string | null)[] = [];
  for (const piece of inPieces(places, pieceSize)) {
    const clients = piece.map(({ client }) => client);
    if (shard !== undefined) claims.push(...(await shard.redis.hmget(shard.keys.of('claims'), ...clients)));
  }
  return claims;
}

/** Asks each shard for its own at the same time; the answers come in the order of what was asked. */
async function byShard<T extends Queue, R>(
  asked: readonly T[],
  ask: (shard: number, those: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const shards = [...new Set(asked.map(({ shard }) => shard))];
  const answers = await Promise.all(
    shards.map((shard) =>
      ask(
        shard,
        asked.filter((each) => each.shard === shard),
      ),
    ),
  );
  const left = new Map(shards.map((shard, at) => [shard, (answers[at] ?? []).values()]));
  return asked.flatMap(({ shard }) => {
    const next = left.get(shard)?.next();
    return next === undefined || next.done === true ? [] : [next.value];
  });
}
