import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkRedis } from '../../orchestrator/doctor/redis.ts';
import { judgeServer } from '../../orchestrator/doctor/redis-server.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { expectUseful, notOk } from './doctor-checks.ts';

async function privateRedis() {
  const server = await startPrivateRedis();
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  return { server, redis, ask: () => checkRedis({ url: server.url, prefix: 'servpack', shards: 1 }) };
}

describe('a Redis that the doctor checks', () => {
  test('is ok as `servpack up` starts it; each wrong setting is reported with what it leads to', async () => {
    const { redis, ask, server } = await privateRedis();
    const where = `127.0.0.1:${new URL(server.url).port}`;
    const well = await ask();
    expect(notOk(well)).toEqual([]);
    expect(well.map(({ says }) => says)).toContain('it keeps an append-only file (appendfsync everysec)');

    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await redis.config('SET', 'appendonly', 'no');
    await redis.config('SET', 'hash-max-listpack-value', '64');
    await redis.set('{servpack:0}:shards', '4');
    const bad = await ask();
    expectUseful(bad);
    expect(notOk(bad)).toEqual([
      `broken: redis: Redis at ${where} may evict records (maxmemory-policy allkeys-lru)`,
      `broken: redis: Redis at ${where} keeps no append-only file`,
      'warning: redis: its small hashes hold values of 64 bytes at most (hash-max-listpack-value)',
      'broken: redis: the records of servpack lie in 4 shards, SERVPACK_SHARDS says 1',
    ]);
    expect(bad.map(({ todo }) => todo)).toContain('set SERVPACK_SHARDS to 4');

    await redis.config('SET', 'appendonly', 'yes');
    await redis.config('SET', 'appendfsync', 'no');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(notOk(await ask())).toContain(
      'warning: redis: its append-only file is written whenever the system likes (appendfsync no)',
    );
  });

  test('is reported as unavailable, or with another password, with the next step and without the password', async () => {
    const { server } = await privateRedis();
    const url = new URL(server.url);
    url.password = 'another-one';
    const [refused, ...others] = await checkRedis({ url: url.href, prefix: 'servpack', shards: 1 });
    expect(others).toEqual([]);
    expect(refused).toMatchObject({ state: 'broken', todo: 'correct REDIS_URL or REDIS_PASSWORD_FILE' });
    expect(JSON.stringify(refused)).not.toContain('another-one');
    const [unavailable] = await checkRedis({ url: 'redis://127.0.0.1:1', prefix: 'servpack', shards: 1 });
    expect(unavailable?.says).toBe('no Redis answers at 127.0.0.1:1 (nothing listens there)');
  });

  test.each([
    ['6.0.16', true],
    ['6.2.0', false],
    ['7.0.15', false],
    ['8.0.1', false],
  ])('is too old in version %s: %s', (version, isTooOld) => {
    const info = new Map([
      ['redis_version', version],
      ['maxmemory_policy', 'noeviction'],
      ['aof_enabled', '1'],
      ['role', 'master'],
    ]);
    const clock = { area: 'clocks', state: 'ok', says: '', leadsTo: null, todo: null } as const;
    const checks = judgeServer({ where: 'x', info, settings: new Map(), defaultUser: null, clock });
    expect(checks.some(({ says }) => says.endsWith('is too old'))).toBe(isTooOld);
    const replica = judgeServer({
      where: 'x',
      info: new Map([...info, ['role', 'slave']]),
      settings: new Map(),
      defaultUser: null,
      clock,
    });
    expect(notOk(replica)).toContain('broken: redis: Redis at x is a replica');
    const memory = (used: string) => new Map([...info, ['maxmemory', '4194304000'], ['used_memory', used]]);
    const full = judgeServer({
      where: 'x',
      info: memory('3800000000'),
      settings: new Map(),
      defaultUser: null,
      clock,
    });
    expect(notOk(full)).toContain('warning: redis: Redis at x: 3,624 MB in use, limit 4,000 MB');
    const roomy = judgeServer({
      where: 'x',
      info: memory('380000000'),
      settings: new Map(),
      defaultUser: null,
      clock,
    });
    expect(notOk(roomy).join()).not.toContain('in use');
  });
});
