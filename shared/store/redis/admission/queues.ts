import { downloadsIn } from '../../../domain/outcome/counters.ts';
import {
  type IsOpen,
  type Line,
  parseQueueName,
  type Queue,
  type QueuedClient,
  type QueueKey,
  queueName,
  type ShardQueues,
} from '../../queued.ts';
import { downloadLimits, heldServers } from '../campaigns/campaigns.ts';
import { inPieces, pairs, type Shard, sumOf, valuesOf } from '../core/shard.ts';
import { parseLimits, slotsInAll } from './server-limits.ts';
import { slotsOf } from './admit.ts';

/** The queues of a campaign in one shard, and what limits them. */
export async function queuesIn(shard: Shard, campaign: string, isOpen: IsOpen): Promise<ShardQueues> {
  const { redis, keys, number } = shard;
  const [limits, status, [on, overAll], names, slots] = valuesOf(
    await redis
      .pipeline()
      .hmget(keys.of('campaign', campaign), 'quota', 'perServer', 'openWaves', 'release', 'downloads', 'held')
      .hget(keys.of('campaign', campaign), 'status')
      .hmget(keys.of('halt'), 'on', 'limits')
      .smembers(keys.of('servers', campaign))
      .hgetall(keys.of('slots', campaign))
      .exec(),
  ) as [(string | null)[], string | null, (string | null)[], string[], Record<string, string>];
  const [quota = 0, perLogonServer = 0, openWaves = 0] = limits.map(Number);
  const [, , , release = null, maxDownloads = null, heldText = null] = limits;
  const held = heldServers(heldText ?? '');
  const waiting = names.map(parseQueueName).filter(({ zone }) => zone === undefined || isOpen(zone));
  const keyOf = (line: Line, queue: QueueKey): string =>
    typeof line === 'string'
      ? keys.of(line, campaign, queue.logonServer)
      : keys.of('waiting', campaign, line, queueName(queue));
  const keysWith = async (line: Line): Promise<readonly QueueKey[]> => {
    if (typeof line === 'string')
      return (await redis.zrange(keys.of(`${line}Servers`, campaign), 0, '-1')).map(parseQueueName);
    if (waiting.length === 0) return [];
    // One command for a wave in which no client waits any more, instead of one for each logon
    // server.
    const there = await redis.exists(...waiting.map((queue) => keyOf(line, queue)));
    return there === 0 ? [] : waiting;
  };
  return {
    quota,
    perLogonServer,
    openWaves,
    ...(await openingsIn(shard, campaign, release, maxDownloads ?? '')),
    isHeld: (logonServer) => held.has(logonServer),
    isRunning: status === 'running' && on !== '1',
    inUse: slotsOf([slots]),
    ...((overAll ?? '') === ''
      ? {}
      : { overAll: { limits: parseLimits(overAll ?? ''), slots: sumOf([await slotsInAll(shard)]) } }),
    queues: async (line) => (await keysWith(line)).map((queue): Queue => ({ ...queue, shard: number })),
    read: (line, queues, start, count) =>
      readPages(
        shard,
        queues.map((queue) => keyOf(line, queue)),
        start,
        count,
      ),
    claims: (clients) => claimsOf(shard, clients),
  };
}

/**
 * On which logon servers something new may begin. Reads nothing more where neither copies nor
 * downloads limit it.
 * @param limits `downloads` of the campaign's hash
 */
async function openingsIn(
  { redis, keys }: Shard,
  campaign: string,
  release: string | null,
  limits: string,
): Promise<Pick<ShardQueues, 'maxDownloads' | 'downloads' | 'isStaged'>> {
  const copies = release === null ? {} : await redis.hgetall(keys.of('copies', release));
  const counters = limits === '' ? {} : sumOf([await redis.hgetall(keys.of('counters', campaign))]);
  return {
    maxDownloads: limits === '' ? {} : { maxDownloads: downloadLimits(limits) },
    downloads: (logonServer) => downloadsIn((name) => counters[name], logonServer),
    isStaged: (logonServer) => copies['*'] === undefined || copies[logonServer] === '1',
  };
}

async function readPages(
  { redis }: Shard,
  queues: readonly string[],
  start: number,
  count: number,
): Promise<readonly (readonly QueuedClient[])[]> {
  const pipeline = redis.pipeline();
  for (const queue of queues) pipeline.zrange(queue, start, String(start + count - 1), 'WITHSCORES');
  const pages = valuesOf(await pipeline.exec()) as string[][];
  return pages.map((page) =>
    pairs(page).map(([client, position]) => ({ client, position: Number(position) })),
  );
}

const pieceSize = 1_000;

async function claimsOf(
  { redis, keys }: Shard,
  clients: readonly string[],
): Promise<readonly (string | null)[]> {
  const claims: (string | null)[] = [];
  for (const piece of inPieces(clients, pieceSize))
    claims.push(...(await redis.hmget(keys.of('claims'), ...piece)));
  return claims;
}
