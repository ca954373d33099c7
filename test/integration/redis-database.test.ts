import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRedis, isUnavailable } from '../../orchestrator/doctor/redis.ts';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';

/** A Redis of 16 databases, and a client that looks into database 0. */
async function sixteen() {
  const server = await startPrivateRedis();
  const zero = new Redis(server.url);
  onTestFinished(async () => {
    zero.disconnect();
    await server.stop();
  });
  const inDatabase = (database: number): string => `${server.url.replace(/\/$/, '')}/${database}`;
  return { server, zero, inDatabase };
}

/** Runs a process of servpack to its end: exit code and output. */
async function runToEnd(main: string, redisUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = {
    ...process.env,
    REDIS_URL: redisUrl,
    SERVPACK_DATA: folder,
    SERVPACK_PORT: '0',
    SERVPACK_GATEWAY: 'simulated:1',
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    said.push(String(chunk));
    // It says that it is ready: that is the fault looked for, and it would never end.
    child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => said.push(String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: said.join('') };
}

describe('a database that Redis does not have', () => {
  it.each([
    ['orchestrator', 'orchestrator/main.ts'],
    ['worker', 'workers/main.ts'],
  ])('ends the %s at its start with one sentence, and database 0 stays empty', async (role, main) => {
    const { server, zero, inDatabase } = await sixteen();
    const { code, said } = await runToEnd(main, inDatabase(99));
    const where = new URL(server.url).host;
    expect({ code, said }).toEqual({
      code: 1,
      said: `servpack ${role}: Redis at ${where} refuses database 99 of REDIS_URL (ERR DB index is out of range); correct its number\n`,
    });
    expect(await zero.dbsize()).toBe(0);
  });

  it('is reported by the doctor as one fault', async () => {
    const { inDatabase } = await sixteen();
    const checks = await checkRedis({ url: inDatabase(16), prefix: 'servpack', shards: 1 });
    expect(checks).toMatchObject([{ state: 'broken', todo: 'correct the database in REDIS_URL' }]);
    expect(checks.map(isUnavailable)).toEqual([true]);
    expect(JSON.stringify(checks)).not.toContain('default:');
  });

  it('that a user may not select is refused in the same words', async () => {
    const { server, zero, inDatabase } = await sixteen();
    await zero.call('ACL', 'SETUSER', 'anna', 'on', '>pw', '~*', '+@all', '-select');
    const url = new URL(inDatabase(3));
    [url.username, url.password] = ['anna', 'pw'];
    const store = await openRedisStore({ url: url.href, prefix: 'servpack' });
    expect(store).toMatchObject({ ok: false, error: { code: 'redis.database' } });
    expect(await openRedisStore({ url: server.url, prefix: 'servpack' })).toMatchObject({ ok: true });
  });
});

/** Not `once` of Node: that rejects at an `error` event. */
const event = (redis: Redis, name: string): Promise<void> =>
  new Promise((resolve) => redis.once(name, () => resolve()));

describe('a connection that loses its database while it is open', () => {
  it.each(['producer', 'worker'] as const)('never goes on in database 0: %s and its copies', async (use) => {
    const { zero, inDatabase } = await sixteen();
    await zero.call('ACL', 'SETUSER', 'anna', 'on', '>pw', '~*', '+@all');
    const url = new URL(inDatabase(3));
    [url.username, url.password] = ['anna', 'pw'];
    const first = openQueueConnection(url.href, use);
    const connections = [first, first.duplicate()];
    onTestFinished(() => connections.forEach((each) => each.disconnect()));
    const refused = connections.map((each) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      each.on('error', (error: Error) => {
        if (error.message.includes('select')) resolve(error.message);
      });
      return promise;
    });
    for (const each of connections) {
      if (each.status !== 'ready') await event(each, 'ready');
      await each.set('key', 'in 3');
    }
    // What a Redis does that comes back with fewer databases: connections break, SELECT fails.
    await zero.call('ACL', 'SETUSER', 'anna', '-select');
    await zero.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await Promise.all(refused);
    const written = connections.map((each) => each.set('lost', 'in 0').catch(() => null));
    // The third refusal of each: it has tried again and again, and nothing was written.
    await Promise.all(
      connections.map(async (each) => {
        for (let round = 0; round < 3; round += 1) await event(each, 'close');
      }),
    );
    expect(await zero.dbsize()).toBe(0);
    await zero.call('ACL', 'SETUSER', 'anna', '+select');
    await Promise.all(written);
    expect(await zero.dbsize()).toBe(0);
  });
});
