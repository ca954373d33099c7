import { Redis } from 'ioredis';
import { startEmbeddedRedis } from '../../../orchestrator/embedded-redis/start.ts';
import { err, type Fault, fault, messageOf, ok, type Result } from '../../../shared/errors.ts';
import { withoutCredentials } from '../../../shared/log.ts';
import { keysLike } from '../keys-like.ts';

/** The prefix of all keys of the lab, so that they can be deleted without touching other keys. */
export const labPrefix = 'servpack-lab';

/** Prefixes of labs. Several labs may use the same Redis. */
const isLab = (prefix: string): boolean => prefix === labPrefix || prefix === 'servpack-chaos';

export interface LabRedis {
  readonly url: string;
  readonly how: string;
  stop(): Promise<void>;
}

/**
 * Opens REDIS_URL when it is set, else a private Redis in the data folder. In both the lab's own
 * keys are deleted first.
 */
export async function openLabRedis(
  dataDir: string,
  say: (line: string) => void,
): Promise<Result<LabRedis, Fault>> {
  const opened = await open(dataDir, say);
  if (!opened.ok) return opened;
  const wiped = await clearLab(opened.value.url);
  if (wiped.ok) return opened;
  await opened.value.stop();
  return wiped;
}

async function open(dataDir: string, say: (line: string) => void): Promise<Result<LabRedis, Fault>> {
  const url = process.env['REDIS_URL'];
  if (url !== undefined && url !== '') {
    return ok({ url, how: 'REDIS_URL', stop: () => Promise.resolve() });
  }
  return startEmbeddedRedis({ dataDir, log: { info: say, warn: say } });
}

/** Deletes the lab's own keys. Refused when a real fleet is in the same Redis. */
export async function clearLab(url: string, prefix = labPrefix): Promise<Result<void, Fault>> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const real = await realFleet(redis);
    if (real !== null) {
      const message = `this Redis holds a real fleet (prefix ${real.prefix}, ${real.clients} clients); the lab does not run beside it: use another Redis`;
      return err(fault('lab.realFleet', message));
    }
    for await (const key of keysLike(redis, `{${prefix}:*`)) await redis.unlink(key);
    return ok(undefined);
  } catch (error) {
    return err(
      fault('redis.unreachable', `no Redis answers at REDIS_URL: ${withoutCredentials(messageOf(error))}`),
    );
  } finally {
    redis.disconnect();
  }
}

/** The fleet of another servpack in this Redis, whatever its prefix. */
async function realFleet(
  redis: Redis,
): Promise<{ readonly prefix: string; readonly clients: number } | null> {
  for await (const key of keysLike(redis, '{*:0}:fleet')) {
    const prefix = key.slice(1, key.indexOf(':'));
    if (!isLab(prefix)) return { prefix, clients: await redis.hlen(key) };
  }
  return null;
}
