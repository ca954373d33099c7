import { Redis } from 'ioredis';
import { err, fault, type Fault, messageOf, ok, type Result } from '../../errors.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** A call that was not answered for so many milliseconds is refused, wherever it hangs. */
  readonly answerMs: number;
}

const longestPauseMs = 1_000;
/** After so many vain tries to reconnect everything that waits is refused; mostly `answerMs` comes first. */
const tries = 8;

/**
 * Connects and proves that this Redis may hold the records: 6.2 or newer and never evicting. Later, while
 * Redis is away, calls wait for it for a bounded time and are then refused (`away.ts`); the connection comes
 * back by itself.
 */
export async function connect({ url, answerMs }: ConnectionOptions): Promise<Result<Redis, Fault>> {
  const place = placeOf(url);
  if (place === null) {
    return err(
      fault(
        'redis.url',
        'the Redis URL is not understood; expected redis://[user:password@]host[:port][/database]',
      ),
    );
  }
  let isOpen = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: answerMs,
    commandTimeout: answerMs,
    maxRetriesPerRequest: tries,
    // A failover leaves us with a replica: it says READONLY, and the way to the new master is a new
    // connection.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (times) => (isOpen ? Math.min(times * 100, longestPauseMs) : null),
  });
  let lastError: unknown;
  // Without a listener a lost connection would end the process. Calls that suffer from it are refused anyway.
  redis.on('error', (error: unknown) => (lastError = error));
  try {
    await redis.connect();
    isOpen = true;
    const unfit = whyUnfit(await redis.info('server'), await redis.info('memory'), place);
    if (unfit === null) return ok(redis);
    redis.disconnect();
    return err(unfit);
  } catch (error) {
    redis.disconnect();
    return err(whyNot(lastError ?? error, place));
  }
}

/** `host:port`, which may be shown: the URL may hold a password. Null when it is no Redis URL. */
export function placeOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') return null;
  if (!/^(\/\d*)?$/.test(parsed.pathname)) return null;
  return `${parsed.hostname}:${parsed.port === '' ? '6379' : parsed.port}`;
}

function whyNot(error: unknown, place: string): Fault {
  const message = messageOf(error);
  if (/^(WRONGPASS|NOAUTH|NOPERM)|invalid password/.test(message)) {
    return fault('redis.auth', `Redis at ${place} refuses the user or password of the Redis URL`);
  }
  const because =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : message;
  return fault(
    'redis.unreachable',
    `no Redis answers at ${place} (${because}); start it or correct the Redis URL`,
  );
}

function whyUnfit(server: string, memory: string, place: string): Fault | null {
  const version = valueIn(server, 'redis_version') ?? '0';
  if (isOlder(version)) {
    return fault('redis.version', `Redis at ${place} has version ${version}; servpack needs 6.2 or newer`);
  }
  const policy = valueIn(memory, 'maxmemory_policy') ?? 'unknown';
  return policy === 'noeviction'
    ? null
    : fault(
        'redis.eviction',
        `Redis at ${place} may evict records (maxmemory-policy ${policy}); set it to noeviction`,
      );
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 2);
}

const valueIn = (info: string, name: string): string | undefined =>
  info
    .split('\r\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1);
