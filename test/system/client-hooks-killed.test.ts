import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { testRedis } from '../environment/redis.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-client-hooks-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly client: { readonly id: string };
  readonly attempt: number;
  readonly phase: string;
}

const ran = (): readonly Ran[] =>
  readFileSync(join(folder, 'input.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Ran);

test('hooks of clients run once for each cause, also when their orchestrator is killed', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const hooks = join(folder, 'hooks');
  mkdirSync(hooks);
  // The command of the first client waits for a writer of this pipe, and none comes.
  expect(spawnSync('mkfifo', [join(folder, 'gate')]).status).toBe(0);
  const first = 'if mkdir ../first 2>/dev/null; then echo $$ > ../pid; read answer < ../gate; fi';
  for (const [name, script] of [
    ['ask', first],
    ['close', 'exit 0'],
  ] as const)
    writeFileSync(join(hooks, name), `#!/bin/sh\ncat >> ../input.jsonl\n${script}\n`, { mode: 0o755 });
  const installation: LabInstallation = {
    redisUrl,
    prefix,
    dataDir: folder,
    clock: fromMondayEvening(1_000),
    settings: { SERVPACK_HOOKS: hooks },
  };
  const files = await smallFiles(folder, labClients(12));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'hooks' }));
  const store = await lab.openStore();
  await lab.startWorker();
  await lab.begin(
    'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\nbudgets: { active: 12, perLogonServer: 3 }\nhooks: { beforeClient: { run: [ask], timeout: 1h }, afterClient: { run: [close] } }\n',
  );
  const pidFile = join(folder, 'pid');
  await until(
    'a command waits',
    () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'),
    20,
  );
  try {
    lab.orchestrator.kill('SIGKILL');
    await lab.orchestrator.ended;
    const records = await Array.fromAsync(store.upgrades('sp4'));
    const running = records.filter(
      ({ upgrade }) => upgrade.memory.history.hooks?.before?.state === 'running',
    );
    expect(running.length).toBeGreaterThan(0);
    const operator = new Operator(urlOf(await lab.startOrchestrator('second')), folder);
    const status = async (): Promise<CampaignStatus> =>
      (await operator.ask('GET', '/v1/campaigns/sp4')) as CampaignStatus;
    for (const { key } of running)
      await until(
        `the client ${key.client} needs attention, and its last hook has run`,
        async () => {
          // An unknown hook after another client may have paused the campaign.
          if ((await status()).paused?.by === 'a hook after a client')
            await operator.ask('POST', '/v1/campaigns/sp4/resume', { reason: 'seen' });
          const { state, memory } = (await store.readUpgrade(key))?.upgrade ?? {};
          const isKnown = state?.phase === 'settled' && state.cause === 'outcome of its hook not known';
          return isKnown && memory?.history.hooks?.after?.state === 'go';
        },
        20,
      );
    // The hooks of other clients go on under the new leader.
    await until('another client has begun', async () =>
      (await Array.fromAsync(store.upgrades('sp4'))).some(
        ({ upgrade }) => upgrade.memory.history.hooks?.before?.state === 'go',
      ),
    );
    const causes = ran().map(({ client, attempt, phase }) => `${client.id}/${attempt}/${phase}`);
    expect(causes).toHaveLength(new Set(causes).size);
  } finally {
    process.kill(-Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  }
});
