import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkAccess } from '../../orchestrator/doctor/access.ts';
import { checkDataFolder } from '../../orchestrator/doctor/data-folder.ts';
import { judgeWorkers } from '../../orchestrator/doctor/workers.ts';
import type { Check } from '../../orchestrator/http/schemas/orchestrator.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { SeenWorker, WorkerFacts } from '../../shared/store/worker-registry.ts';
import { servpackVersion } from '../../shared/version.ts';
import { testRedis } from '../environment/redis.ts';
import { runCli, runCliAt } from '../fixtures/run-cli.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { expectUseful, notOk } from './doctor-checks.ts';

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

test('a token of the API is reported when it ends soon, and without an end when it is older than a year', async () => {
  await using orchestrator = await startSmallOrchestrator();
  await makeToken(orchestrator, 'endless', { role: 'viewer' });
  await makeToken(orchestrator, 'ending', { role: 'viewer', expires: '400d' });
  const checksIn = (days: number) => checkAccess(orchestrator.store, Date.now() + days * 24 * 60 * 60_000);
  expect(notOk(await checksIn(365))).toEqual([]);
  expectUseful(await checksIn(366));
  expect(notOk(await checksIn(366))).toEqual([
    'warning: servpack: token endless of the API is 366 days old; it is to be replaced after 365',
  ]);
  expect(notOk(await checksIn(395))).toEqual([
    expect.stringMatching(/^warning: servpack: token ending of the API expires at /),
    expect.stringContaining('token endless of the API is 395 days old'),
  ]);
});

describe('a data folder that the doctor checks', () => {
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-doctor-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };

  test('is reported when other users can read its token', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'token'), 'x'.repeat(22), { mode: 0o600 });
    expect(notOk(checkDataFolder(folder)).filter((each) => !each.includes('GB are free'))).toEqual([]);
    chmodSync(join(folder, 'token'), 0o644);
    const checks = checkDataFolder(folder);
    expectUseful(checks);
    expect(notOk(checks).join('\n')).toContain('token can be read by other users of this machine (mode 644)');
  });

  test.each(['token', 'checkin-key'])(
    'is reported when its %s is so short that it may be guessed',
    (name) => {
      const folder = newFolder();
      const shortOnes = () =>
        notOk(checkDataFolder(folder)).filter((each) => each.includes('characters only'));
      writeFileSync(join(folder, name), `${'x'.repeat(22)}\n`, { mode: 0o600 });
      expect(shortOnes()).toEqual([]);
      writeFileSync(join(folder, name), `${'x'.repeat(21)}\n`, { mode: 0o600 });
      expectUseful(checkDataFolder(folder));
      expect(shortOnes()).toEqual([`warning: data folder: ${name} has 21 characters only`]);
    },
  );

  test('is reported when a secret in it is older than it should be', () => {
    const folder = newFolder();
    const old = (days: number) =>
      checkDataFolder(folder, Date.now() + days * 24 * 60 * 60_000).filter(({ says }) =>
        says.includes('days old'),
      );
    for (const name of ['token', 'checkin-key'])
      writeFileSync(join(folder, name), `${'x'.repeat(43)}\n`, { mode: 0o600 });
    expect(old(365)).toEqual([]);
    expectUseful(old(366));
    expect(notOk(old(366))).toEqual([
      'warning: data folder: token is 366 days old; it is to be replaced after 365',
    ]);
    expect(notOk(old(731))).toHaveLength(2);
  });

  test('is broken when it cannot be written, and a warning when it does not exist', () => {
    // Root may write to every folder of a disk.
    const folder = process.getuid?.() === 0 ? '/proc/self' : newFolder();
    if (process.getuid?.() !== 0) chmodSync(folder, 0o500);
    expect(notOk(checkDataFolder(folder)).join('\n')).toMatch(/broken: data folder: \S+ cannot be written/);
    expect(notOk(checkDataFolder(join(tmpdir(), 'servpack-nowhere')))).toHaveLength(1);
  });
});

/** An orchestrator on a real Redis, without its rounds. */
async function startOnRedis(): Promise<SmallOrchestrator> {
  const { url, prefix } = testRedis();
  const store = unwrapped(await openRedisStore({ url, prefix }));
  const orchestrator = await startSmallOrchestrator(store, {
    environment: (dataDir) => ({ redisUrl: url, prefix, shards: 1, dataDir }),
  });
  onTestFinished(() => orchestrator[Symbol.asyncDispose]());
  return orchestrator;
}

const checksOf = async (orchestrator: SmallOrchestrator): Promise<readonly Check[]> =>
  (await orchestrator.ask('GET', '/v1/doctor')).body.checks as Check[];

test('doctor of an orchestrator reports on workers, their clocks, and a staged tree that was changed', async () => {
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
  expect(checks.map(({ says }) => says)).toContainEqual(
    expect.stringMatching(
      /^3 workers on 2 machines, up to 150 upgrades at once, last reports at most \d+ s ago$/,
    ),
  );
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

test('a worker that is late with its report is not counted as one that runs', () => {
  const seen = (name: string, silentMs: number): SeenWorker => ({
    ...worker,
    name,
    version: servpackVersion,
    isAlive: silentMs < 25_000,
    silentMs,
    aheadMs: 0,
  });
  const said = (...workers: readonly SeenWorker[]) =>
    judgeWorkers(workers).map(({ state, says }) => `${state}: ${says}`);
  const runs = (report: string): string => `ok: 1 worker on 1 machine, up to 50 upgrades at once, ${report}`;
  const late = (seconds: number): string =>
    `warning: the last report of worker b was ${seconds} s ago; workers report every 10 s`;
  const gone = 'warning: worker b was heard of 26 s ago and did not say goodbye';
  expect(said(seen('b', 8_400))).toEqual([runs('last report 8 s ago')]);
  expect(said(seen('b', 15_000))).toEqual([runs('last report 15 s ago')]);
  expect(said(seen('a', 0), seen('b', 15_600))).toEqual([runs('last report 0 s ago'), late(16)]);
  expect(said(seen('b', 24_000))).toEqual([late(24)]);
  expect(said(seen('b', 26_000))).toEqual(['broken: no worker is running', gone]);
});

test('servpack doctor prints the checks as text and as JSON, and ends with their exit code', async () => {
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

test('servpack doctor with a token that may not ask warns of the token, and says that an orchestrator answers', async () => {
  const orchestrator = await startOnRedis();
  const narrowed = await makeToken(orchestrator, 'narrow', { role: 'viewer', campaigns: ['sp4'] });
  const env = { SERVPACK_URL: orchestrator.url };
  const said = async (more: Record<string, string>) => {
    const { code, stdout } = await runCli(['doctor', '--json'], { env: { ...env, ...more } });
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expectUseful(checks);
    expect(checks.map(({ says }) => says)).toContain('an orchestrator answers');
    return { code, notOk: notOk(checks), last: checks.at(-1) };
  };
  const beyond = await said({ SERVPACK_TOKEN: narrowed });
  expect([beyond.code, beyond.notOk]).toEqual([
    6,
    [expect.stringMatching(/^warning: servpack: the checks of the orchestrator were not made: .*sp4/)],
  ]);
  expect(beyond.last?.todo).toContain('a token of any role that is not narrowed');
  const wrong = await said({ SERVPACK_TOKEN: 'x'.repeat(43) });
  expect([wrong.code, wrong.notOk]).toEqual([
    6,
    [expect.stringContaining('not made: the token is not one of this orchestrator')],
  ]);
  expect(wrong.last?.leadsTo).toContain('no other command works with this token either');
  const none = await said({ SERVPACK_DATA: join(orchestrator.folder, 'nowhere') });
  expect([none.code, none.notOk]).toEqual([6, [expect.stringContaining('the token cannot be used: ')]]);
  const lost = await runCli(['doctor'], {
    env: { SERVPACK_URL: 'ftp://127.0.0.1', SERVPACK_TOKEN: narrowed },
  });
  expect([lost.code, lost.stdout]).toEqual([1, expect.stringContaining('it is not known whether one runs')]);
});

test('servpack doctor reports that no orchestrator and no Redis answers, and checks the rest', async () => {
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
      'broken: servpack: no orchestrator answers at http://127.0.0.1:1 (HTTP is never spoken on this port)',
      'broken: redis: no Redis answers at 127.0.0.1:1 (nothing listens there)',
    ]),
  );
  const bad = await runCli(['doctor', '--json'], { env: { ...env, REDIS_URL: 'http://127.0.0.1' } });
  expect(notOk((JSON.parse(bad.stdout) as { checks: Check[] }).checks).join('\n')).toContain(
    'broken: servpack: REDIS_URL:',
  );
});
