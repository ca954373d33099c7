import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { keysLike } from '../keys-like.ts';
import type { RefusedWrites } from './plan.ts';
import type { Stage } from './stage.ts';

const answerDeadlineMs = 180_000;

/** Deletes every key of BullMQ. Returns how many there were, in words. */
export async function wipeJobs({ url, prefix }: Stage): Promise<string> {
  const redis = connectionTo(url);
  let gone = 0;
  try {
    for await (const key of keysLike(redis, `{${prefix}:*}:q:*`)) gone += await redis.unlink(key);
    return `${gone} keys`;
  } catch {
    // Redis is unavailable at this moment: there is nothing to delete.
    return `${gone} keys, Redis is unavailable`;
  } finally {
    redis.disconnect();
  }
}

/** Lets Redis refuse every write for a while. */
export async function refuseWrites({ url, outages }: Stage, { how, forMs }: RefusedWrites): Promise<void> {
  const back = outages.begin();
  const [spoil, mend] =
    how === 'memory'
      ? [(redis: Redis) => redis.config('SET', 'maxmemory', '1mb'), unlimited]
      : [(redis: Redis) => redis.replicaof('127.0.0.1', 1), ownMaster];
  const tell = async (order: (redis: Redis) => Promise<unknown>): Promise<boolean> => {
    const redis = connectionTo(url);
    try {
      await order(redis);
      return true;
    } catch {
      return false;
    } finally {
      redis.disconnect();
    }
  };
  try {
    // Redis may be down at this moment. A restart forgets both settings.
    await tell(spoil);
    await delay(forMs);
    for (const deadline = Date.now() + answerDeadlineMs; !(await tell(mend)); await delay(100))
      if (Date.now() > deadline) throw new Error('Redis did not take the order to accept writes again');
  } finally {
    back();
  }
}

const unlimited = (redis: Redis): Promise<unknown> => redis.config('SET', 'maxmemory', '0');
const ownMaster = (redis: Redis): Promise<unknown> => redis.replicaof('NO', 'ONE');

/** A connection that fails at once while Redis is unavailable. */
export function connectionTo(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: 10_000,
  });
  redis.on('error', () => undefined);
  return redis;
}
