import { createServer, type Server } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisUrlForms } from '../../shared/redis/redis-url.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { TestRedis } from '../environment/running-redis.ts';

const password = 'Not-To-Be-Seen';

/** Opens a store and returns the fault. Closes a store that opens all the same. */
async function faultOf(url: string) {
  const opened = await openRedisStore({ url, prefix: 'open', answerMs: 1_000 });
  if (!opened.ok) return { code: opened.error.code, message: opened.error.message };
  await opened.value.close();
  return null;
}

describe('opening the store in Redis', () => {
  let redis: TestRedis & { readonly pid: number };
  let host: string;
  let servers: Server[] = [];

  beforeAll(async () => {
    redis = await startPrivateRedis();
    host = new URL(redis.url).host;
  });
  afterAll(() => redis.stop());
  afterEach(() => {
    for (const server of servers) server.close();
    servers = [];
  });

  /** A server that answers commands with these answers in order, then always with the last. */
  async function answering(answer: (command: string) => string): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        // A client sends `*3\r\n$5\r\nHELLO\r\n…`, also several at once: one answer for each.
        for (const command of data.toString().split(/(?=^\*\d+\r$)/m)) socket.write(answer(command));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  it.each([
    'http://127.0.0.1:6379',
    'redis://',
    '127.0.0.1:6379',
    '',
    `redis://x:${password}@127.0.0.1:6379/none`,
    `redis:${password}`,
  ])('says that %j is no Redis URL', async (url) => {
    const message = `the Redis URL is not understood; expected ${redisUrlForms}`;
    expect(await faultOf(url)).toEqual({ code: 'redis.url', message });
  });

  it('says that no Redis answers, and where', async () => {
    const place = await answering(() => '');
    await new Promise((resolve) => servers[0]?.close(resolve));
    expect(await faultOf(`redis://:${password}@${place}`)).toEqual({
      code: 'redis.unreachable',
      message: `no Redis answers at ${place} (nothing listens there); start it or correct the Redis URL`,
    });
  });

  it('says that a host is not known', async () => {
    expect(await faultOf(`redis://:${password}@no-such-host.invalid`)).toEqual({
      code: 'redis.unreachable',
      message: expect.stringMatching(
        /^no Redis answers at no-such-host\.invalid:6379 \((?:no machine has this name|the name servers do not answer)\); start it or correct the Redis URL$/,
      ),
    });
  });

  it.each([`redis://:${password}@`, `redis://someone:${password}@`, 'redis://'])(
    'says that the password is refused, and does not repeat it: %s',
    async (start) => {
      expect(await faultOf(`${start}${host}`)).toEqual({
        code: 'redis.auth',
        message: `Redis at ${host} refuses the user or password of the Redis URL`,
      });
    },
  );

  it('refuses a Redis that may evict records', async () => {
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const fault = await faultOf(redis.url);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    expect(fault).toEqual({
      code: 'redis.eviction',
      message: `Redis at ${host} may evict records (maxmemory-policy allkeys-lru); set it to noeviction`,
    });
    expect(await faultOf(redis.url)).toBeNull();
    admin.disconnect();
  });

  it.each([
    ['5.0.7', 'redis.version'],
    ['6.0.16', 'redis.version'],
    ['6.2.0', 'redis.eviction'],
  ])('looks at the version: %s', async (version, code) => {
    const info = `redis_version:${version}\r\nloading:0\r\nmaxmemory_policy:volatile-lru\r\n`;
    const place = await answering((command) => {
      if (/hello/i.test(command)) return "-ERR unknown command 'HELLO'\r\n";
      return /info/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n';
    });
    expect(await faultOf(`redis://${place}`)).toMatchObject({ code });
  });

  it('says the version that is too old', async () => {
    const info = 'redis_version:6.0.16\r\nmaxmemory_policy:noeviction\r\n';
    const place = await answering((command) =>
      /info/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n',
    );
    expect(await faultOf(`redis://${place}`)).toMatchObject({
      message: `Redis at ${place} has version 6.0.16; servpack needs 6.2 or newer`,
    });
  });

  it('says that a server which never answers is not there', async () => {
    const place = await answering(() => '');
    expect(await faultOf(`redis://${place}`)).toMatchObject({ code: 'redis.unreachable' });
  });
});

describe('the store while Redis does not answer', () => {
  it('rejects calls with StoreUnavailable after a bounded time, says where, and works again when Redis is back', async () => {
    const redis = await startPrivateRedis();
    const opened = await openRedisStore({ url: redis.url, prefix: 'away', answerMs: 1_000 });
    if (!opened.ok) throw new Error(opened.error.message);
    const store = opened.value;
    expect(await store.fleetSize()).toBe(0);
    // A stopped Redis accepts connections and never answers: the worst way of being unavailable.
    process.kill(redis.pid, 'SIGSTOP');
    const refused = await Promise.allSettled([
      store.fleetSize(),
      store.campaigns(),
      store.fleet()[Symbol.asyncIterator]().next(),
    ]);
    process.kill(redis.pid, 'SIGCONT');
    for (const each of refused) {
      expect(each).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    expect(refused[0]).toMatchObject({
      reason: { message: `Redis at ${new URL(redis.url).host} does not answer` },
    });
    await expect.poll(() => store.fleetSize()).toBe(0);
    await redis.stop();
    await expect(store.fleetSize()).rejects.toBeInstanceOf(StoreUnavailable);
    await store.close();
    await expect(store.fleetSize()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
