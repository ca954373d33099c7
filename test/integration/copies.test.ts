import type { Activation } from '../../shared/store/types.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { openCopyReader } from '../../orchestrator/releases/copies/reader.ts';
import { type CopyVerifier, openCopyVerifier } from '../../orchestrator/releases/copies/verify.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

/** Copies of a folder on two logon servers, read by the process that reads copies. */
interface Copies extends AsyncDisposable {
  readonly orchestrator: SmallOrchestrator;
  readonly context: OrchestratorContext;
  readonly pid: () => number | null;
  /** Runs rounds until the copy of this logon server is in this state. */
  becomes(server: string, state: string, because?: string): Promise<void>;
  readonly folderOf: (server: string) => string;
  copy(server: string): void;
  lead(): Promise<readonly string[]>;
}

const timing = { verifiedMs: 20, incompleteMs: 20, unreadableMs: 20, silenceMs: 5_000 };

async function openCopies(store: Store, changes: Partial<typeof timing> = {}): Promise<Copies> {
  const orchestrator = await startSmallOrchestrator(store);
  const log = pino({ level: 'silent' });
  const context = contextOver(
    store,
    standingClock(now),
    keepingDispatcher(orchestrator.jobs as Activation[]),
  );
  const reader = openCopyReader(changes.silenceMs ?? timing.silenceMs);
  const verifier: CopyVerifier = openCopyVerifier(log, { ...timing, ...changes }, reader);
  const folderOf = (server: string): string => join(orchestrator.folder, 'mnt', server);
  const file = writeRelease(orchestrator);
  orchestrator.write('bin/CLIMONNT.EXE', 'newer');
  const text = `${['release: sms-sp4', 'product: sms-1.2', 'servicePack: 4', `tree: ${orchestrator.folder}`, 'components: bin'].join('\n')}
logonServers: { path: "mnt/{logonServer}" }
upgrade: { command: [./upgrade.sh], timeout: 5m }
`;
  writeFileSync(file, text);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  expect((await orchestrator.ask('POST', '/v1/releases', { path: file })).status).toBe(200);
  const wide = campaignYaml().replace('count: 2', 'count: 10');
  await orchestrator.ask('POST', '/v1/campaigns', {
    file: 'c.yaml',
    text: wide.replace(/\n {2}- \{ name: rest.*/, ''),
  });
  return {
    orchestrator,
    context,
    folderOf,
    pid: () => reader.pid(),
    copy: (server) => {
      mkdirSync(folderOf(server), { recursive: true });
      cpSync(join(orchestrator.folder, 'bin'), folderOf(server), { recursive: true });
    },
    becomes: (server, state, because = '') =>
      expect
        .poll(
          async () => {
            await verifier.round(context);
            const { body } = await orchestrator.ask('GET', '/v1/releases/sms-sp4/servers');
            const found = body.servers.find((each: { logonServer: string }) => each.logonServer === server);
            return [found?.state, because === '' ? '' : found?.because];
          },
          { interval: 50 },
        )
        .toEqual([state, because]),
    lead: async () => {
      await runCampaigns().run(context);
      const admitted = await Array.fromAsync(store.upgrades('sp4'));
      return [...new Set(admitted.map(({ upgrade }) => upgrade.logonServer))].toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      verifier.close();
      await orchestrator[Symbol.asyncDispose]();
    },
  };
}

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['sharded Redis', async () => unwrapped(await openRedisStore({ ...testRedis(), shards: 3 }))],
];

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// On a busy machine the process that reads copies may start slowly.
vi.setConfig({ testTimeout: 120_000 });

test.each(stores)(
  'clients of a logon server are admitted when its copy is verified, on the %s store',
  async (_name, open) => {
    await using copies = await openCopies(await open());
    const { orchestrator } = copies;
    const plan = await orchestrator.ask('POST', '/v1/campaigns/plan', {
      file: 'c.yaml',
      text: campaignYaml('other'),
    });
    expect(plan.body.notStaged.map((each: { because: string }) => each.because)).toEqual([
      'not read yet',
      'not read yet',
    ]);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    expect(await copies.lead()).toEqual([]);

    copies.copy('LS-ROM');
    mkdirSync(copies.folderOf('LS-MIL'), { recursive: true });
    writeFileSync(join(copies.folderOf('LS-MIL'), 'appctl32.exe'), 'new');
    writeFileSync(join(copies.folderOf('LS-MIL'), 'CLIMONNT.EXE'), 'ne');
    await copies.becomes('LS-ROM', 'verified');
    await copies.becomes('LS-MIL', 'incomplete', 'climonnt.exe has 2 of 5 bytes');
    expect(await copies.lead()).toEqual(['LS-ROM']);

    const status = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(status.body.notStaged).toEqual([
      {
        logonServer: 'LS-MIL',
        filesOk: 1,
        filesInAll: 2,
        waiting: 3,
        because: 'climonnt.exe has 2 of 5 bytes',
      },
    ]);
    const why = await orchestrator.ask('GET', '/v1/clients/pc-0/why');
    expect(why.body.because).toBe(
      'waits for the release on its logon server: LS-MIL has 1 of 2 files: climonnt.exe has 2 of 5 bytes',
    );

    writeFileSync(join(copies.folderOf('LS-MIL'), 'CLIMONNT.EXE'), 'newer');
    await copies.becomes('LS-MIL', 'verified');
    expect(await copies.lead()).toEqual(['LS-MIL', 'LS-ROM']);
  },
);

test('a copy that changes or disappears stops the admission of its logon server', async () => {
  await using copies = await openCopies(createMemoryStore(Date.now));
  for (const server of ['LS-ROM', 'LS-MIL']) copies.copy(server);
  await copies.becomes('LS-ROM', 'verified');
  await copies.becomes('LS-MIL', 'verified');
  // The size is the same. The changed time makes the reader hash the file again.
  writeFileSync(join(copies.folderOf('LS-ROM'), 'APPCTL32.EXE'), 'old');
  utimesSync(join(copies.folderOf('LS-ROM'), 'APPCTL32.EXE'), 1, 1);
  rmSync(copies.folderOf('LS-MIL'), { recursive: true });
  await copies.becomes('LS-ROM', 'incomplete', 'appctl32.exe is another file');
  await copies.becomes('LS-MIL', 'unreadable');
  await copies.orchestrator.ask('POST', '/v1/campaigns/sp4/start');
  expect(await copies.lead()).toEqual([]);
});

test('a share that hangs delays no round: its copy is unreadable, and another process reads it later', async () => {
  await using copies = await openCopies(createMemoryStore(Date.now), { silenceMs: 3_000 });
  for (const server of ['LS-ROM', 'LS-MIL']) copies.copy(server);
  await copies.becomes('LS-ROM', 'verified');
  const pid = copies.pid();
  if (pid === null) throw new Error('no process reads copies');
  process.kill(pid, 'SIGSTOP');
  await copies.becomes('LS-ROM', 'unreadable', 'nothing was heard of it for 3 s');
  // A new process reads the copies now.
  await copies.becomes('LS-ROM', 'verified');
  expect(copies.pid()).not.toBe(pid);
  await expect.poll(() => isThere(pid)).toBe(false);
});
