import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { judgeLooks } from '../../orchestrator/cli/doctor/sample-looks.ts';
import { checkDataFolder } from '../../orchestrator/doctor/data-folder.ts';
import { checkRedis } from '../../orchestrator/doctor/redis.ts';
import { judgeServer } from '../../orchestrator/doctor/redis-server.ts';
import { sampleOf } from '../../orchestrator/doctor/sample.ts';
import type { Check } from '../../orchestrator/http/schemas/doctor.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { WorkerFacts } from '../../shared/store/worker-registry.ts';
import { servpackVersion } from '../../shared/version.ts';
import { clientOf } from '../contract/store/words.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { testRedis } from '../environment/redis.ts';
import { type LookLab, startLookLab } from './look-lab.ts';
import { runCli, runCliAt } from './run-cli.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from './small-orchestrator.ts';
import { unwrapped } from './unwrapped.ts';

const worker: WorkerFacts = {
  name: 'rack-1/7/abc',
  host: 'rack-1',
  pid: 7,
  version: servpackVersion,
  node: '26.10.0',
  gateway: 'simulated',
  upgrades: 50,
  remediations: 10,
  since: 1_000,
};

const notOk = (checks: readonly Check[]): readonly string[] =>
  checks.filter(({ state }) => state !== 'ok').map(({ state, area, says }) => `${state}: ${area}: ${says}`);

/** Every finding says what it leads to and what to do, or it is none. */
function expectUseful(checks: readonly Check[]): void {
  const useless = checks.filter(
    ({ state, leadsTo, todo }) => (state === 'ok') !== (leadsTo === null && todo === null),
  );
  expect(useless).toEqual([]);
}

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

describe('Redis', () => {
  test('as `servpack up` starts it is well; each wrong setting is told, with what it leads to', async () => {
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
      'broken: redis: the records of servpack lie in 4 shard(s), SERVPACK_SHARDS says 1',
    ]);
    expect(bad.map(({ todo }) => todo)).toContain('set SERVPACK_SHARDS to 4');

    await redis.config('SET', 'appendonly', 'yes');
    await redis.config('SET', 'appendfsync', 'no');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(notOk(await ask())).toContain(
      'warning: redis: its append-only file is written whenever the system likes (appendfsync no)',
    );
  });

  test('that is away, or takes another password, is told with the next step, and never the password', async () => {
    const { server } = await privateRedis();
    const url = new URL(server.url);
    url.password = 'another-one';
    const [refused, ...others] = await checkRedis({ url: url.href, prefix: 'servpack', shards: 1 });
    expect(others).toEqual([]);
    expect(refused).toMatchObject({ state: 'broken', todo: 'correct REDIS_URL or REDIS_PASSWORD_FILE' });
    expect(JSON.stringify(refused)).not.toContain('another-one');
    const [away] = await checkRedis({ url: 'redis://127.0.0.1:1', prefix: 'servpack', shards: 1 });
    expect(away?.says).toBe('no Redis answers at 127.0.0.1:1 (ECONNREFUSED)');
  });

  test.each([
    ['6.0.16', true],
    ['6.2.0', false],
    ['7.0.15', false],
    ['8.0.1', false],
  ])('of version %s is too old: %s', (version, isTooOld) => {
    const info = new Map([
      ['redis_version', version],
      ['maxmemory_policy', 'noeviction'],
      ['aof_enabled', '1'],
      ['role', 'master'],
    ]);
    const clock = { area: 'clocks', state: 'ok', says: '', leadsTo: null, todo: null } as const;
    const checks = judgeServer({ where: 'x', info, settings: new Map(), clock });
    expect(checks.some(({ says }) => says.endsWith('is too old'))).toBe(isTooOld);
    const replica = judgeServer({
      where: 'x',
      info: new Map([...info, ['role', 'slave']]),
      settings: new Map(),
      clock,
    });
    expect(notOk(replica)).toContain('broken: redis: Redis at x is a replica');
    const memory = (used: string) => new Map([...info, ['maxmemory', '4194304000'], ['used_memory', used]]);
    const full = judgeServer({ where: 'x', info: memory('3800000000'), settings: new Map(), clock });
    expect(notOk(full)).toContain('warning: redis: Redis at x: 3,624 MB in use, limit 4,000 MB');
    const roomy = judgeServer({ where: 'x', info: memory('380000000'), settings: new Map(), clock });
    expect(notOk(roomy).join()).not.toContain('in use');
  });
});

describe('the data folder', () => {
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-doctor-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };

  test('that others can read into is told', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'token'), 'x'.repeat(20), { mode: 0o600 });
    expect(notOk(checkDataFolder(folder)).filter((each) => !each.includes('GB are free'))).toEqual([]);
    chmodSync(join(folder, 'token'), 0o644);
    const checks = checkDataFolder(folder);
    expectUseful(checks);
    expect(notOk(checks).join('\n')).toContain('token can be read by other users of this machine (mode 644)');
  });

  test('that cannot be written is broken, and one that is not there yet a warning', () => {
    // Root may write wherever a disk lets it.
    const folder = process.getuid?.() === 0 ? '/proc/self' : newFolder();
    if (process.getuid?.() !== 0) chmodSync(folder, 0o500);
    expect(notOk(checkDataFolder(folder)).join('\n')).toMatch(/broken: data folder: \S+ cannot be written/);
    expect(notOk(checkDataFolder(join(tmpdir(), 'servpack-nowhere')))).toHaveLength(1);
  });
});

test('a sample is the same for the same seed, whatever the order of the fleet', async () => {
  const [one, other] = [createMemoryStore(Date.now), createMemoryStore(Date.now)];
  const fleet = Array.from({ length: 300 }, (_, n) => clientOf(`pc-${n}`));
  await one.importFleet(fleet);
  await other.importFleet(fleet.toReversed());
  const sample = await sampleOf(one, 20, 'a');
  expect([sample.total, new Set(sample.clients).size]).toEqual([300, 20]);
  expect(await sampleOf(other, 20, 'a')).toEqual(sample);
  expect((await sampleOf(one, 20, 'b')).clients).not.toEqual(sample.clients);
  expect(await sampleOf(one, 1_000, 'a')).toMatchObject({ total: 300 });
});

/** A whole orchestrator on a real Redis, but for its rounds. */
async function startOnRedis(): Promise<SmallOrchestrator> {
  const { url, prefix } = testRedis();
  const store = unwrapped(await openRedisStore({ url, prefix }));
  const orchestrator = await startSmallOrchestrator(store, undefined, (dataDir) => ({
    redisUrl: url,
    prefix,
    shards: 1,
    dataDir,
  }));
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  return orchestrator;
}

const checksOf = async (orchestrator: SmallOrchestrator): Promise<readonly Check[]> =>
  (await orchestrator.ask('GET', '/v1/doctor')).body.checks as Check[];

test('an orchestrator tells of workers and their clocks, and of a tree that was changed', async () => {
  const orchestrator = await startOnRedis();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  const without = notOk(await checksOf(orchestrator));
  expect(without).toContain('broken: workers: no worker is running');
  expect(without).toContain('warning: releases: no release is staged');

  const { store } = orchestrator;
  await store.announceWorker(worker, Date.now(), 60_000);
  await store.announceWorker(
    { ...worker, name: 'rack-2/8/def', host: 'rack-2' },
    Date.now() + 3_600_000,
    60_000,
  );
  await store.announceWorker(
    { ...worker, name: 'rack-3/9/ghi', version: '0.0.9', gateway: 'ssh' },
    Date.now(),
    60_000,
  );
  await store.announceWorker({ ...worker, name: 'rack-4/1/jkl' }, Date.now(), 0);
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const checks = await checksOf(orchestrator);
  expectUseful(checks);
  expect(checks.map(({ says }) => says)).toContain('3 workers on 2 machines, up to 150 upgrades at once');
  const found = notOk(checks).join('\n');
  expect(found).toContain('broken: clocks: the clocks of worker rack-2/8/def and Redis are 60 min apart');
  expect(found).toContain(`worker rack-3/9/ghi is servpack 0.0.9, this orchestrator ${servpackVersion}`);
  expect(found).toContain('workers reach clients in different ways: simulated, ssh');
  expect(found).toMatch(
    /warning: workers: worker rack-4\/1\/jkl was heard of \S+ s ago and did not say goodbye/,
  );
  expect(found).not.toContain('releases:');

  orchestrator.write('bin/APPCTL32.EXE', 'other');
  orchestrator.write('bin/NEW.EXE', 'new');
  expect(notOk(await checksOf(orchestrator)).join('\n')).toMatch(
    /broken: releases: release sms-sp4: \S+ is not as it was staged: appctl32\.exe was changed, and 1 more/,
  );
  rmSync(join(orchestrator.folder, 'bin'), { recursive: true });
  expect(notOk(await checksOf(orchestrator)).join('\n')).toContain('cannot be read');
  mkdirSync(join(orchestrator.folder, 'bin'));
});

test('the command says the same in words, as JSON and by its exit code', async () => {
  const orchestrator = await startOnRedis();
  const { code, stdout } = await runCliAt(orchestrator, ['doctor', '--json']);
  expect(code).toBe(1);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  expect(notOk(checks)).toContain('broken: workers: no worker is running');
  expect(notOk(checks)).toContain('warning: clients: not checked, because no worker can look (above)');
  const text = await runCliAt(orchestrator, ['doctor']);
  expect(text.stdout).toContain(
    'broken   workers: no worker is running\n         leads to: no client is looked at, and nothing is done on any client\n         do: start one: servpack worker',
  );
  await orchestrator.store.announceWorker(worker, Date.now(), 60_000);
  expect((await runCliAt(orchestrator, ['doctor', '--sample', '0'])).code).toBe(6);
});

test('without an orchestrator and without Redis it says so, and looks at what there is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = {
    SERVPACK_URL: 'http://127.0.0.1:1',
    SERVPACK_DATA: folder,
    REDIS_URL: 'redis://:secret-word@127.0.0.1:1',
  };
  const { code, stdout } = await runCli(['doctor', '--json'], { env });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  expectUseful(checks);
  expect([code, stdout.includes('secret-word')]).toEqual([1, false]);
  expect(notOk(checks)).toEqual(
    expect.arrayContaining([
      'broken: servpack: no orchestrator answers at http://127.0.0.1:1',
      'broken: redis: no Redis answers at 127.0.0.1:1 (ECONNREFUSED)',
    ]),
  );
  const bad = await runCli(['doctor', '--json'], { env: { ...env, REDIS_URL: 'http://127.0.0.1' } });
  expect(notOk((JSON.parse(bad.stdout) as { checks: Check[] }).checks).join('\n')).toContain(
    'broken: servpack: REDIS_URL:',
  );
});

describe('the sample of clients', () => {
  const doctor = async (lab: LookLab, args: readonly string[]) => {
    const { code, stdout } = await lab.cli(['doctor', '--json', ...args]);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expectUseful(checks);
    return { code, clients: checks.filter(({ area }) => area === 'clients') };
  };

  test('is looked at on the lab fleet, the same one again for a seed, and nothing is changed there', async () => {
    await using lab = await startLookLab({ traits: ['free', 'pcmInBin', 'userProgram', 'server'] });
    await lab.startWorker();
    const before = (await lab.fleet.truth()).clients;
    const { clients } = await doctor(lab, []);
    expect(clients).toMatchObject([
      { state: 'ok', says: '4 of 4 clients reached and looked at (drawn from 4, seed doctor)' },
    ]);
    expect((await lab.fleet.truth()).clients).toEqual(before);
    const drawn = async () => {
      const { clients: some } = await doctor(lab, ['--sample', '2', '--seed', 'a']);
      expect(some[0]?.says).toBe('2 of 2 clients reached and looked at (drawn from 4, seed a)');
      const [newest] = (await lab.store.surveys()).toSorted((a, b) => b.survey.at - a.survey.at);
      const page = await lab.store.surveyLooks(newest?.survey.survey ?? '', '', 10);
      return page.looks.map(({ name }) => name).toSorted();
    };
    expect(await drawn()).toEqual(await drawn());
  });

  test('says who could not be reached, and the first error of them', async () => {
    await using lab = await startLookLab({ traits: ['free', 'offlineForDays', 'pcmInBin'] });
    const away = lab.clients.get('offlineForDays') ?? '';
    const broken = lab.clients.get('pcmInBin') ?? '';
    await lab.startWorker((gateway) => ({
      ...gateway,
      look: async (target, ...rest) =>
        target.client === broken
          ? { ok: false, error: { kind: 'garbled', message: 'no file list in the answer' } }
          : gateway.look(target, ...rest),
    }));
    const { code, clients } = await doctor(lab, []);
    expect(code).not.toBe(0);
    expect(clients).toMatchObject([
      { state: 'warning', leadsTo: 'these clients are deferred until they answer' },
    ]);
    expect(clients[0]?.says).toMatch(
      new RegExp(
        `^1 of 3 clients reached and looked at \\(drawn from 3, seed doctor\\); 1 unreachable, the first is ${away}: COULD NOT LOOK \\(unreachable\\): .+; 1 could not be looked at, the first is ${broken}: COULD NOT LOOK \\(answer not understood\\): no file list in the answer$`,
      ),
    );
  });

  test('is broken when nobody can be reached, and a fleet without clients is told', async () => {
    await using lab = await startLookLab({ traits: ['offlineForDays'] });
    await lab.startWorker();
    const { code, clients } = await doctor(lab, []);
    expect([code, clients[0]?.state]).toEqual([1, 'broken']);
    expect(clients[0]?.says).toMatch(
      /^0 of 1 client reached and looked at \(drawn from 1, .*\); 1 unreachable, the first is /,
    );
  });

  test.each([
    [{ looked: 17, failed: 0 }, 'warning', '3 took too long'],
    [{ looked: 20, failed: 20 }, 'broken', '20 unreachable, the first is pc-0: gone'],
    [{ looked: 0, failed: 0 }, 'broken', '20 took too long'],
  ])('of which %j is %s', ({ looked, failed }, state, why) => {
    const looks = Array.from({ length: failed }, (_, n) => ({
      client: `pc-${n}`,
      failure: 'unreachable',
      says: 'gone',
    }));
    const check = judgeLooks({ asked: 20, total: 12_000, seed: 's', looked, failed: looks });
    expect([check.state, check.says]).toEqual([
      state,
      `${looked - failed} of 20 clients reached and looked at (drawn from 12,000, seed s); ${why}`,
    ]);
  });
});
