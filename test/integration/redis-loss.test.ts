import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkRedis } from '../../orchestrator/doctor/redis.ts';
import { whyLoss } from '../../orchestrator/durability/accept-loss.ts';
import { judgeDurability } from '../../orchestrator/durability/judge-durability.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { type RedisServer, startRedisServer } from '../environment/redis-servers.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { type Installation, startOrchestrator } from '../lab/installation.ts';
import { notOk } from './doctor-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-loss-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function redisWith(...settings: readonly string[]) {
  const server = await startRedisServer(mkdtempSync(join(folder, 'redis-')), settings);
  onTestFinished(() => server.stop());
  return { server, url: `redis://127.0.0.1:${server.port}`, where: `127.0.0.1:${server.port}` };
}

/** What is logged, a line for each warning. */
function keptLog() {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push((JSON.parse(line) as { msg: string }).msg);
  return { lines, log: pino({ level: 'warn' }, { write }) };
}

async function asked(url: string, acceptLoss: boolean) {
  const { lines, log } = keptLog();
  const fault = await whyLoss({ redisUrl: url, acceptLoss }, log);
  return { code: fault?.code ?? null, message: fault?.message ?? '', lines };
}

const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

const lossy = {
  'keeps no append-only file': ['--appendonly', 'no'],
  'is written whenever the system likes (appendfsync no)': ['--appendonly', 'yes', '--appendfsync', 'no'],
  'is not synced while it is rewritten (no-appendfsync-on-rewrite yes)': [
    ...durable,
    '--no-appendfsync-on-rewrite',
    'yes',
  ],
};

describe('a Redis that may lose records', () => {
  test.each(Object.entries(lossy))(
    '%s: refused, accepted at each start with a warning, and the doctor says it',
    async (says, settings) => {
      const { url } = await redisWith(...settings);
      const refused = await asked(url, false);
      expect(refused).toMatchObject({ code: 'redis.loss', lines: [] });
      expect(refused.message).toContain(says);
      expect(refused.message).toContain('--accept-loss or SERVPACK_ACCEPT_LOSS=yes');
      for (const _start of [1, 2]) {
        const accepted = await asked(url, true);
        expect(accepted.code).toBeNull();
        expect(accepted.lines).toEqual([expect.stringMatching(/^LOSS ACCEPTED: /)]);
        expect(accepted.lines[0]).toContain(says);
      }
      const checks = await checkRedis({ url, prefix: 'servpack', shards: 1 });
      const check = checks.find((each) => each.says.includes(says));
      expect(check?.state).not.toBe('ok');
      expect(check?.leadsTo).toContain('an orchestrator starts on it only with --accept-loss');
    },
  );

  // Redis issue 14541, valkey issue 3983: it reads its file with the rights of this user.
  test('because its default user is off and without rights: it would leave records out of its own file', async () => {
    const { server } = await redisWith('--appendonly', 'yes', '--appendfsync', 'everysec');
    const url = await userWith(server);
    await server.client.call('ACL', 'SETUSER', 'default', 'off', 'nocommands', 'resetkeys');
    const refused = await asked(url, false);
    expect(refused.code).toBe('redis.loss');
    expect(refused.message).toContain('leaves out most records without a word');
    const admin = new Redis(url);
    onTestFinished(() => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'default', 'off', '~*', '&*', '+@all');
    expect(await asked(url, false)).toMatchObject({ code: null, lines: [] });
  });

  test('is none with appendfsync everysec or always', async () => {
    for (const sync of ['everysec', 'always']) {
      const { url } = await redisWith('--appendonly', 'yes', '--appendfsync', sync);
      expect(await asked(url, false)).toEqual({ code: null, message: '', lines: [] });
    }
  });

  test('is refused by the command line and by the service, and runs with either word', async () => {
    const { url, where } = await redisWith('--appendonly', 'no');
    const installation: Installation = {
      redisUrl: url,
      prefix: 'loss',
      dataDir: mkdtempSync(join(folder, 'data-')),
    };
    const says = `Redis at ${where} may lose records: Redis at ${where} keeps no append-only file`;
    await expect(startOrchestrator(installation)).rejects.toThrow(`servpack orchestrator: ${says}`);
    const orchestrator = await startOrchestrator({
      ...installation,
      settings: { SERVPACK_ACCEPT_LOSS: 'yes' },
    });
    onTestFinished(() => orchestrator.stop());
    const log = readFileSync(join(installation.dataDir, 'logs/orchestrator.log'), 'utf8');
    expect(log).toContain('LOSS ACCEPTED: ');
    const help = await runCli(['orchestrator', '--help']);
    expect(help.stdout).toContain('--accept-loss');
  });
});

/** A user as an ACL or a managed Redis leaves it. */
async function userWith({ client, port }: RedisServer, ...rights: readonly string[]): Promise<string> {
  await client.call('ACL', 'SETUSER', 'few', 'on', '>secret', '~*', '&*', '+@all', ...rights);
  return `redis://few:secret@127.0.0.1:${port}`;
}

describe('a Redis that does not say everything', () => {
  test('and refuses CONFIG: how often its file is written is unknown, which is said and not refused', async () => {
    const { server } = await redisWith(...durable);
    const url = await userWith(server, '-config');
    const { code, lines } = await asked(url, false);
    expect(code).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/^LOSS POSSIBLE: .* is unknown \(CONFIG GET is refused\)/)]);
    const checks = await checkRedis({ url, prefix: 'servpack', shards: 1 });
    expect(notOk(checks).join('\n')).toContain('is unknown (CONFIG GET is refused)');
  });

  test('and refuses CONFIG: INFO shows that there is no append-only file', async () => {
    const { server } = await redisWith('--appendonly', 'no');
    const url = await userWith(server, '-config');
    expect(await asked(url, false)).toMatchObject({ code: 'redis.loss' });
  });

  test('and refuses INFO: the refusal names the command, not the password', async () => {
    const { server, where } = await redisWith(...durable);
    const url = await userWith(server, '-info');
    const opened = await openRedisStore({ url, prefix: 'few' });
    const says = `Redis at ${where} refuses a command to the user of the Redis URL (NOPERM`;
    expect(opened).toMatchObject({
      error: { code: 'redis.auth', message: expect.stringContaining(says) as string },
    });
    const checks = await checkRedis({ url, prefix: 'servpack', shards: 1 });
    expect(notOk(checks)).toEqual([
      expect.stringContaining('refuses a command to the user of REDIS_URL (NOPERM'),
    ]);
  });

  test('and refuses a command inside a script: the refusal is no error of servpack', async () => {
    const { server, where } = await redisWith(...durable);
    const url = await userWith(server, '-zadd', '-set');
    const says = `Redis at ${where} refuses a command to the user of the Redis URL; deploy/redis.conf shows the rights that servpack needs`;
    expect(await openRedisStore({ url, prefix: 'few' })).toMatchObject({ error: { message: says } });
  });

  test('by a field that is missing is never fine', () => {
    const facts = (info: Readonly<Record<string, string>>) => ({
      where: 'x',
      info: new Map(Object.entries(info)),
      settings: new Map([['appendfsync', 'everysec']]),
      defaultUser: null,
    });
    expect(judgeDurability(facts({}))).toMatchObject({ state: 'broken', mustAccept: true });
    expect(judgeDurability(facts({ aof_enabled: '' }))).toMatchObject({ state: 'broken', mustAccept: true });
    expect(judgeDurability(facts({ aof_enabled: '1' }))).toMatchObject({ state: 'ok' });
  });
});

describe('a replica', () => {
  // A replica with the records of servpack can be read, and nothing in opening the store writes.
  test('is refused, read-only or not, also where it holds the records', async () => {
    const { server: master, url: masterUrl } = await redisWith(...durable);
    const opened = await openRedisStore({ url: masterUrl, prefix: 'replica' });
    if (opened.ok) await opened.value.close();
    const { server: replica, url, where } = await redisWith(...durable);
    await replica.client.replicaof('127.0.0.1', master.port);
    await expect.poll(() => replica.client.info('replication')).toContain('master_link_status:up');
    for (const readOnly of ['yes', 'no']) {
      await replica.client.config('SET', 'replica-read-only', readOnly);
      expect(await openRedisStore({ url, prefix: 'replica' })).toMatchObject({
        error: {
          code: 'redis.replica',
          message: `Redis at ${where} is a replica, which keeps no write of servpack; name its master in REDIS_URL, or use redis+sentinel://`,
        },
      });
    }
  });
});
