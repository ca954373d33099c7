import type { Redis } from 'ioredis';
import { err, fault, type Fault, messageOf, ok, type Result } from '../../../errors.ts';
import { reasonOf } from '../../../reason-of.ts';
import { mastersOf, openClient } from '../../../redis/client.ts';
import { databaseRefusal, isOfDatabase } from '../../../redis/one-database.ts';
import { parseRedisUrl, type RedisAddress, redisUrlForms } from '../../../redis/redis-url.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** Milliseconds after which a call without an answer is refused, wherever it hangs. */
  readonly answerMs: number;
}

export interface Connected {
  readonly redis: Redis;
  /** For messages: without user and password. */
  readonly where: string;
  /** Opens a further connection, for calls that wait in Redis without limit. */
  readonly open: () => Redis;
  /** Lets running calls end. Drops a connection that Redis does not answer. */
  readonly close: () => Promise<void>;
}

const longestPauseMs = 1_000;

/**
 * Connects and proves that this Redis, or each master of a Cluster, may hold the records: 6.2 or
 * newer, never evicting, and no replica. Later, while Redis does not answer, calls wait for a
 * bounded time and are then refused (`store-unavailable.ts`); the connection comes back by itself.
 * @returns faults `redis.url`, `redis.unreachable`, `redis.auth`, `redis.database`,
 * `redis.version`, `redis.eviction`, `redis.replica`
 */
export async function connect({ url, answerMs }: ConnectionOptions): Promise<Result<Connected, Fault>> {
  const address = parseRedisUrl(url);
  if (address === null) {
    return err(fault('redis.url', `the Redis URL is not understood; expected ${redisUrlForms}`));
  }
  const { where } = address;
  let isOpen = false;
  const retry = (times: number): number | null => (isOpen ? Math.min(times * 100, longestPauseMs) : null);
  const redis = openClient(address, { use: 'store', answerMs, retry });
  let lastError: unknown;
  // Without a listener a lost connection would end the process. The calls on it are refused anyway.
  redis.on('error', (error: unknown) => (lastError = error));
  try {
    await redis.connect();
    isOpen = true;
    for (const master of mastersOf(redis)) {
      const which = nameOfNode(master, where);
      const unfit = whyUnfit(await informationOf(master), which);
      if (unfit === null) continue;
      redis.disconnect();
      return err(unfit);
    }
    const open = (): Redis => openClient(address, { use: 'worker', answerMs });
    return ok({ redis, where, open, close: () => close(redis) });
  } catch (error) {
    redis.disconnect();
    return err(whyNot(databaseRefusal(redis) ?? lastError ?? error, address));
  }
}

/** Which server of a Cluster this is, for messages. */
function nameOfNode({ options, isCluster }: Redis, where: string): string {
  const { host, port } = options;
  return isCluster || host === undefined ? where : `${host}:${port ?? ''}`;
}

async function close(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit();
  else redis.disconnect();
}

function whyNot(error: unknown, address: RedisAddress): Fault {
  const { where } = address;
  const message = messageOf(error);
  if (isOfDatabase(error) && address.kind !== 'cluster')
    return fault(
      'redis.database',
      `Redis at ${where} refuses database ${address.database} of REDIS_URL (${message}); correct its number`,
    );
  if (message.startsWith('NOPERM')) {
    return fault(
      'redis.auth',
      `Redis at ${where} refuses a command to the user of the Redis URL (${message}); deploy/redis.conf ` +
        'shows the rights that servpack needs',
    );
  }
  if (/^(WRONGPASS|NOAUTH)|invalid password/.test(message)) {
    return fault('redis.auth', `Redis at ${where} refuses the user or password of the Redis URL`);
  }
  return fault(
    'redis.unreachable',
    `no Redis answers at ${where} (${reasonOf(error)}); start it or correct the Redis URL`,
  );
}

const informationOf = async (master: Redis): Promise<string> =>
  (await Promise.all(['server', 'memory', 'replication'].map((section) => master.info(section)))).join('');

function whyUnfit(information: string, where: string): Fault | null {
  const version = valueIn(information, 'redis_version') ?? '0';
  if (isOlder(version)) {
    return fault('redis.version', `Redis at ${where} has version ${version}; servpack needs 6.2 or newer`);
  }
  const policy = valueIn(information, 'maxmemory_policy');
  if (policy === undefined) {
    return fault(
      'redis.eviction',
      `Redis at ${where} does not say whether it may evict records; let INFO show maxmemory_policy, which must be noeviction`,
    );
  }
  if (policy !== 'noeviction') {
    return fault(
      'redis.eviction',
      `Redis at ${where} may evict records (maxmemory-policy ${policy}); set it to noeviction`,
    );
  }
  return valueIn(information, 'role') === 'slave'
    ? fault(
        'redis.replica',
        `Redis at ${where} is a replica, which keeps no write of servpack; ${nameMaster}`,
      )
    : null;
}

const nameMaster = 'name its master in REDIS_URL, or use redis+sentinel://';

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 2);
}

const valueIn = (info: string, name: string): string | undefined =>
  info
    .split('\r\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1);
