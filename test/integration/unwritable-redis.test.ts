import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import { whyGone } from '../../orchestrator/audit/emptied.ts';
import { openSealer } from '../../orchestrator/audit/seal.ts';
import { seekLeadership } from '../../orchestrator/rounds/leader.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { type RedisServer, startRedisServer } from '../environment/redis-servers.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { now, startRunning } from '../fixtures/small-orchestrator.ts';
import { until } from '../fixtures/until.ts';

/** A running campaign over a redis-server that is spoilt while it runs. */
async function running(settings: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-redis-'));
  const server = await startRedisServer(join(folder, 'redis'), settings);
  const store = await opened(server);
  const orchestrator = await startRunning(store);
  onTestFinished(async () => {
    await orchestrator[Symbol.asyncDispose]();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, server, store, orchestrator };
}

async function opened({ port }: RedisServer, answerMs = 5_000) {
  const store = await openRedisStore({ url: `redis://127.0.0.1:${port}`, prefix: 'test', answerMs });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

/** Lets no file of the server grow beyond so many bytes, as a full disk does. */
const limitFiles = (server: RedisServer, bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(server.pid()), `--fsize=${bytes}:`]);

const spoilt = {
  'whose memory is full': {
    settings: [],
    spoil: async ({ client }: RedisServer) => void (await client.config('SET', 'maxmemory', '1mb')),
    mend: async ({ client }: RedisServer) => void (await client.config('SET', 'maxmemory', '0')),
    says: 'its memory is full; raise its maxmemory, or make it keep less',
  },
  'whose disk is full': {
    settings: ['--appendonly', 'yes'],
    spoil: async (server: RedisServer) => {
      limitFiles(server, '1');
      await server.client.set('grows', 'x').catch(() => undefined);
    },
    mend: async (server: RedisServer) => limitFiles(server, 'unlimited'),
    says: 'it cannot write its own file; make room on its disk, its log says why',
  },
  'that became a replica': {
    settings: [],
    spoil: async ({ client }: RedisServer) => void (await client.replicaof('127.0.0.1', 1)),
    mend: async ({ client }: RedisServer) => void (await client.replicaof('NO', 'ONE')),
    says: 'it is a read-only replica; name its master in REDIS_URL',
  },
  'that lost its replicas': {
    settings: [],
    spoil: async ({ client }: RedisServer) => void (await client.config('SET', 'min-replicas-to-write', '1')),
    mend: async ({ client }: RedisServer) => void (await client.config('SET', 'min-replicas-to-write', '0')),
    says: 'too few of its replicas are there (min-replicas-to-write)',
  },
};

describe('a Redis that refuses writes', () => {
  test.each(
    Object.entries(spoilt).filter(([how]) => process.platform === 'linux' || how !== 'whose disk is full'),
  )('%s is 503 with the cause, unhealthy, and goes on when it is mended', async (_, each) => {
    const { server, orchestrator } = await running(each.settings);
    const ask: typeof orchestrator.ask = (...asked) => orchestrator.ask(...asked);
    expect((await ask('GET', '/v1/health')).status).toBe(200);
    await each.spoil(server);
    const message = `Redis at 127.0.0.1:${server.port} refuses every write: ${each.says}`;
    const refused = { status: 503, body: { error: { code: 'store.unwritable', message } } };
    await until('writes are refused', async () => (await ask('GET', '/v1/health')).status !== 200);
    expect(await ask('GET', '/v1/health')).toMatchObject(refused);
    // What can be read is shown all the same.
    expect(await ask('GET', '/v1/campaigns/sp4')).toMatchObject({
      status: 200,
      body: { status: 'running' },
    });
    for (const [path, what, more = {}] of [
      ['/v1/campaigns/sp4/pause', 'the pause'],
      ['/v1/campaigns/sp4/hold', 'the hold', { logonServers: ['LS-ROM'] }],
      ['/v1/halt', 'the halt'],
      ['/v1/campaigns/sp4/abort', 'the abort'],
    ] as const) {
      const answer = await ask('POST', path, { reason: 'wait', ...more });
      expect([answer.status, answer.body.error.code]).toEqual([503, 'store.unwritable']);
      expect(answer.body.error.message).toBe(
        `${message}. ${what} is not recorded. While no write is taken, nothing new begins on any client; ` +
          `what was begun there goes on. When writes are taken again, the clients go on too: ask for ${what} again`,
      );
    }
    const { checks } = (await ask('GET', '/v1/doctor')).body;
    expect(checks).toContainEqual(expect.objectContaining({ state: 'broken', area: 'redis', says: message }));
    await each.mend(server);
    await until('writes are taken', async () => (await ask('GET', '/v1/health')).status === 200);
    expect(await ask('POST', '/v1/campaigns/sp4/pause', { reason: 'wait' })).toMatchObject({
      status: 200,
      body: { status: 'paused' },
    });
  });

  test('lets no store be opened that would have to write into it', async () => {
    const { server } = await running();
    await server.client.config('SET', 'maxmemory', '1mb');
    const url = `redis://127.0.0.1:${server.port}`;
    const store = await openRedisStore({ url, prefix: 'another' });
    expect(store).toMatchObject({ error: { code: 'redis.unwritable' } });
  });
});

describe('records that are gone in mid-campaign', () => {
  test.each(['FLUSHALL', 'SWAPDB'])('by %s: an error in every answer, and nobody leads', async (how) => {
    const { server, store, orchestrator } = await running();
    const ask: typeof orchestrator.ask = (...asked) => orchestrator.ask(...asked);
    const log = pino({ level: 'silent' });
    const context = contextOver(store, standingClock(now), keepingDispatcher([]), log);
    const leadership = seekLeadership({ ...context, store }, 'one');
    await until('it leads', () => leadership.context() !== null);
    await (how === 'FLUSHALL' ? server.client.flushall() : server.client.call('SWAPDB', '0', '1'));
    await until('it leads no more', () => leadership.context() === null);
    // A servpack that is started now finds an empty Redis, and gives it an identity of its own.
    await (await opened(server)).close();
    const gone = { status: 503, body: { error: { code: 'store.gone', message: expect.any(String) } } };
    for (const path of ['/v1/health', '/v1/campaigns', '/v1/campaigns/sp4', '/v1/fleet', '/v1/halt'])
      expect([path, await ask('GET', path)]).toMatchObject([path, gone]);
    const imported = await ask('POST', '/v1/fleet', { file: 'fleet.csv', text: 'client,host\npc-1,NT-1\n' });
    expect(imported).toMatchObject(gone);
    expect(imported.body.error.message).toContain('servpack rebuild');
    expect((await ask('GET', '/v1/doctor')).body.checks).toContainEqual(
      expect.objectContaining({ state: 'broken', area: 'redis', todo: expect.stringContaining('rebuild') }),
    );
    expect(await server.client.keys('*leader*')).toEqual([]);
    await leadership.resign().catch(() => undefined);
  });

  test('goes on by itself when the right Redis is back', async () => {
    const { server, store, orchestrator } = await running();
    const swap = () => server.client.call('SWAPDB', '0', '1');
    await swap();
    await expect(store.checkRecords()).rejects.toThrow('are no longer in Redis');
    await swap();
    expect(await orchestrator.ask('GET', '/v1/campaigns/sp4')).toMatchObject({
      status: 200,
      body: { status: 'running' },
    });
  });

  test('while no orchestrator ran: none starts over the audit of what is lost', async () => {
    const { folder, server, store } = await running();
    const archive = openArchive({ folder: join(folder, 'audit'), prefix: 'test', shards: 1 });
    expect(await whyGone(store, archive)).toBeNull();
    await openSealer({ store, archive, log: pino({ level: 'silent' }), keep: 1_000 }).round();
    expect(await whyGone(store, archive)).toBeNull();
    await server.client.flushall();
    const again = await opened(server);
    expect(await whyGone(again, archive)).toMatchObject({
      code: 'redis.recordsGone',
      message: expect.stringContaining('servpack rebuild'),
    });
    await again.close();
  });
});
