import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifyEnvironment } from '../../orchestrator/child-environment.ts';
import { workerLogin } from '../../orchestrator/embedded-redis/worker-login.ts';
import { readConfig } from '../../shared/config.ts';
import { parseRedisUrl } from '../../shared/redis/redis-url.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { startFleet } from '../lab/fleet/start-fleet.ts';
import { fleetAddress } from '../../workers/gateways/simulated/connection.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { pino } from 'pino';
import { isFresh, startHeartbeat } from '../../workers/heartbeat.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const url = 'redis://127.0.0.1:6379';
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'servpack-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a setting', () => {
  it('names the commands that another person must approve', () => {
    const read = (text: string) => readConfig({ REDIS_URL: url, SERVPACK_FOUR_EYES: text });
    expect(unwrapped(read('')).fourEyes).toEqual([]);
    expect(unwrapped(read('edit, abort'))).toMatchObject({
      fourEyes: ['abort', 'edit'],
      fourEyesMs: 86_400_000,
    });
    expect(unwrapped(read('all')).fourEyes).toEqual(['abort', 'withdraw', 'undo', 'unmark', 'edit']);
    for (const wrong of ['abort,halt', 'all,abort', 'abort abort', ','])
      expect([wrong, read(wrong)]).toMatchObject([
        wrong,
        { error: { message: expect.stringContaining('SERVPACK_FOUR_EYES: must be all, or some of abort,') } },
      ]);
  });

  it.each(['0', '721', '-1', '1.5', '24h', '1e2', '0x18', ' ', 'a day', '9'.repeat(40)])(
    'is refused where it is no whole number in its range, with what was given: %j',
    (given) => {
      const read = readConfig({ REDIS_URL: url, SERVPACK_FOUR_EYES_HOURS: given });
      const said = given.length > 20 ? `${given.slice(0, 20)}…` : given;
      expect(read).toMatchObject({
        error: {
          code: 'config.invalid',
          message: `SERVPACK_FOUR_EYES_HOURS: must be a whole number from 1 to 720, and is "${said}"`,
        },
      });
    },
  );

  it('has its default when its variable is empty', () => {
    const empty = readConfig({
      REDIS_URL: url,
      SERVPACK_GATEWAY: '',
      SERVPACK_PORT: '',
      SERVPACK_LAB_CLOCK: '',
    });
    expect(empty).toEqual(readConfig({ REDIS_URL: url }));
    expect(empty).toMatchObject({ ok: true, value: { gateway: null, labClock: null, api: { port: 7300 } } });
    expect(readConfig({ REDIS_URL: '' })).toMatchObject({ ok: false, error: { code: 'config.redisUrl' } });
  });

  it.each(['simulated:', 'simulated:host:', 'simulated::7400', 'simulated:a b:7400', 'windows:7400'])(
    'is refused as a gateway: %s',
    (gateway) => {
      const read = readConfig({ REDIS_URL: url, SERVPACK_GATEWAY: gateway });
      expect(read).toMatchObject({
        ok: false,
        error: { message: 'SERVPACK_GATEWAY: must be ssh, simulated:PORT or simulated:HOST:PORT' },
      });
    },
  );
});

describe('the address of the API', () => {
  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('may be on loopback: %s', (host) => {
    expect(readConfig({ REDIS_URL: url, SERVPACK_HOST: host }).ok).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'orchestrator.example', '127.0.0.1.example', 'localhost.example'])(
    'is refused beyond loopback, unless that is said in so many words: %s',
    (host) => {
      const given = { REDIS_URL: url, SERVPACK_HOST: host };
      const read = readConfig(given);
      expect(read.ok ? '' : read.error.message).toMatch(/^SERVPACK_HOST: is not on loopback/);
      const word = readConfig({ ...given, SERVPACK_API_WITHOUT_TLS: 'yes' });
      expect(word.ok ? '' : word.error.message).toMatch(/^SERVPACK_API_WITHOUT_TLS: must be allowed/);
      expect(readConfig({ ...given, SERVPACK_API_WITHOUT_TLS: 'allowed' }).ok).toBe(true);
    },
  );
});

/** Of servpack, and of whatever else runs under this account. */
const secrets = { SERVPACK_TOKEN: 'a-token', AWS_SECRET_ACCESS_KEY: 'another', GITHUB_TOKEN: 'a-third' };

describe('the worker of `up`', () => {
  it.each([
    ['redis://:s%40c%2Fret@127.0.0.1:7/2', 'redis://127.0.0.1:7/2'],
    ['redis://anna:s%40c%2Fret@h', 'redis://anna@h'],
    ['redis+sentinel://anna:s%40c%2Fret@a:1,b:2/main', 'redis+sentinel://anna@a:1,b:2/main'],
  ])('reads the password of %s from a file of its owner, and no secret in its environment', (given, bare) => {
    const { env, forget } = workerLogin({ ...secrets, PATH: '/bin' }, given, folder);
    expect(env).toEqual({
      PATH: '/bin',
      REDIS_URL: bare,
      REDIS_PASSWORD_FILE: join(folder, 'worker-redis-password'),
    });
    const path = env['REDIS_PASSWORD_FILE'] ?? '';
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [read, direct] = [unwrapped(readConfig(env)).redisUrl, given];
    expect(parseRedisUrl(read)).toEqual(parseRedisUrl(direct));
    forget();
    expect(existsSync(path)).toBe(false);
  });

  it('needs no file where Redis has no password', () => {
    const { env } = workerLogin({}, 'redis://anna@h', folder);
    expect(env).toEqual({ REDIS_URL: 'redis://anna@h', REDIS_PASSWORD_FILE: '' });
  });
});

describe('the process of certify', () => {
  it('gets the way to its machine, and nothing else', () => {
    const way = { SERVPACK_GATEWAY: 'ssh', SERVPACK_SSH_CONFIG: 'ssh.yaml', SSH_AUTH_SOCK: '/agent' };
    const env = { ...way, Path: 'C:\\Windows', HOME: '/home/anna' };
    const redis = { REDIS_URL: 'redis://:secret@h', REDIS_PASSWORD_FILE: '/secret' };
    expect(certifyEnvironment({ ...env, ...redis, ...secrets })).toEqual(env);
  });
});

describe('the password of Redis', () => {
  it('comes from a file, may have any characters, and opens a real Redis', async () => {
    await using stack = new AsyncDisposableStack();
    const redis = await startPrivateRedis();
    stack.defer(() => redis.stop());
    const admin = new Redis(redis.url);
    stack.defer(() => admin.disconnect());
    const password = ' p@ss/word:%41#ä ';
    await admin.config('SET', 'requirepass', password);
    const place = `redis://${new URL(redis.url).host}`;
    const read = unwrapped(
      readConfig({ REDIS_URL: place, REDIS_PASSWORD_FILE: file('secret', `${password}\n`) }),
    );
    const store = unwrapped(await openRedisStore({ url: read.redisUrl, prefix: 'config-test' }));
    expect(await store.fleetSize()).toBe(0);
    await store.close();
    const without = await openRedisStore({ url: place, prefix: 'config-test' });
    expect(without).toMatchObject({ ok: false, error: { code: 'redis.auth' } });
  });

  it.each([
    ['rediss://anna@redis.example:6380/2', 'rediss://anna:s%40%2Fe@redis.example:6380/2'],
    ['redis://:old@redis', 'redis://:s%40%2Fe@redis'],
    ['redis+sentinel://a:26379,b:26379/main/1', 'redis+sentinel://:s%40%2Fe@a:26379,b:26379/main/1'],
    ['redis+cluster://anna:old@a:1,b:2', 'redis+cluster://anna:s%40%2Fe@a:1,b:2'],
  ])('is put into every form of URL: %s', (given, expected) => {
    const settings = { REDIS_URL: given, REDIS_PASSWORD_FILE: file('forms', 's@/e\r\n') };
    expect(unwrapped(readConfig(settings)).redisUrl).toBe(expected);
    expect(parseRedisUrl(expected)).not.toBeNull();
  });

  it('must stand in its file: an empty and a missing file are refused', () => {
    const empty = readConfig({ REDIS_URL: url, REDIS_PASSWORD_FILE: file('empty', '\n') });
    expect(empty).toMatchObject({
      ok: false,
      error: { message: 'REDIS_PASSWORD_FILE: the file holds no password' },
    });
    const missing = readConfig({ REDIS_URL: url, REDIS_PASSWORD_FILE: join(folder, 'nowhere') });
    expect(missing).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(
          /^REDIS_PASSWORD_FILE: the file cannot be read: there is no such file/,
        ) as string,
      },
    });
  });
});

describe('the address of a lab fleet', () => {
  it('is a port of this machine, or a host with a port', () => {
    expect(fleetAddress('simulated:7400')).toEqual({ port: 7400 });
    expect(fleetAddress('simulated:fleet-1.lab:7400')).toEqual({ host: 'fleet-1.lab', port: 7400 });
  });

  it('is where the fleet listens, and nowhere else', async () => {
    const release = { files: new Map(), servicePack: 4 } as never;
    const fleet = await startFleet({ rows: [], seed: 'a', release, host: '127.0.0.2' });
    const there = connectFleetControl(fleetAddress(`simulated:127.0.0.2:${fleet.port}`));
    expect(await there.truth()).toMatchObject({ clients: [] });
    const loopback = connectFleetControl(fleetAddress(`simulated:${fleet.port}`));
    await expect(loopback.truth()).rejects.toThrow('no way to the fleet');
    await Promise.all([there.close(), loopback.close()]);
    await fleet.close();
  });
});

describe('the heartbeat of a worker', () => {
  it('is fresh after a successful check, and old later', async () => {
    const path = join(folder, 'heartbeat');
    expect(isFresh(path)).toBe(false);
    const heartbeat = startHeartbeat(path, () => Promise.resolve(), pino({ level: 'silent' }));
    await expect.poll(() => isFresh(path)).toBe(true);
    heartbeat.stop();
    const halfAMinuteAgo = Date.now() / 1_000 - 30;
    utimesSync(path, halfAMinuteAgo, halfAMinuteAgo);
    expect(isFresh(path)).toBe(false);
  });

  it('stops while its check fails, and says so', async () => {
    const path = join(folder, 'none');
    const { promise, resolve } = Promise.withResolvers<string>();
    const log = pino({ level: 'warn' }, { write: resolve });
    const heartbeat = startHeartbeat(path, () => Promise.reject(new Error('Redis is away')), log);
    expect(await promise).toContain('no heartbeat');
    heartbeat.stop();
    expect(isFresh(path)).toBe(false);
  });
});
