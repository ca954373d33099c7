import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkRedis } from '../../orchestrator/doctor/redis.ts';
import { whyLoss } from '../../orchestrator/durability/accept-loss.ts';
import { serverSettings } from '../../orchestrator/embedded-redis/server-process.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { deployedConfig, type DeployedRedis, prepareDeployedRedis } from '../fixtures/deployed-redis.ts';
import { notOk } from './doctor-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-deployed-'));
let redis: DeployedRedis;
beforeAll(async () => {
  redis = await prepareDeployedRedis(folder);
  await redis.start();
});
afterAll(async () => {
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
});

function clientOf(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

describe('a Redis that runs on deploy/redis.conf', () => {
  test('has the settings of `servpack up`, and listens on loopback only', async () => {
    const ofItsOwn = /^(bind|port|protected-mode|requirepass|daemonize|dir)( |$)/;
    const wanted = serverSettings(6379, 'x', 7).split('\n');
    const lines = readFileSync(deployedConfig, 'utf8').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(wanted.filter((line) => line !== '' && !ofItsOwn.test(line))),
    );
    const admin = clientOf(redis.url('admin'));
    for (const [name, value] of [
      ['appendonly', 'yes'],
      ['maxmemory-policy', 'noeviction'],
      ['bind', '127.0.0.1 -::1'],
      ['protected-mode', 'yes'],
    ] as const)
      expect(await admin.config('GET', name)).toEqual([name, value]);
  });

  test('is taken by an orchestrator as it is, and the doctor finds nothing', async () => {
    const url = redis.url('servpack');
    expect(await whyLoss({ redisUrl: url, acceptLoss: false }, pino({ level: 'silent' }))).toBeNull();
    const store = await openRedisStore({ url, prefix: 'servpack' });
    expect(store).toMatchObject({ ok: true });
    if (store.ok) await store.value.close();
    expect(notOk(await checkRedis({ url, prefix: 'servpack', shards: 1 }))).toEqual([]);
  });

  test.each([
    ['FLUSHALL'],
    ['CONFIG', 'SET', 'appendonly', 'no'],
    ['SHUTDOWN', 'NOSAVE'],
    ['ACL', 'LIST'],
    ['GET', 'of-somebody-else'],
    ['EVAL', 'return redis.call("SET", KEYS[1], "x")', '1', '{another:0}:fleet'],
  ])('refuses the user servpack %s', async (...command) => {
    const [name = '', ...args] = command;
    await expect(clientOf(redis.url('servpack')).call(name, ...args)).rejects.toThrow(/NOPERM|ACL/);
  });

  test('lets nobody in without a password', async () => {
    const { host } = new URL(redis.url('servpack'));
    await expect(clientOf(`redis://${host}`).call('PING')).rejects.toThrow(/NOAUTH/);
    for (const user of ['', 'servpack:wrong@', 'default:@'])
      expect(await openRedisStore({ url: `redis://${user}${host}`, prefix: 'servpack' })).toMatchObject({
        error: { code: 'redis.auth' },
      });
  });
});
