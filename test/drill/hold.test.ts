import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { testRedis } from '../environment/redis.ts';
import { type ReportRow, verdict } from '../lab/expected.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';

/** Calls that begin something on a client. Looks, finishing steps and check-ins begin nothing. */
const beginning = new Set(['mark', 'runUpdate', 'restart', 'notify', 'stopService']);

/** Clients of one logon server that may be at work at once. */
const slotsAtServer = 4;
const clients = 120;
const campaignFile =
  'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true, gate: { failures: 100 % } }]\nstructural: atOnce\n' +
  `ladder: [wait, relocation]\nbudgets: { active: 16, perLogonServer: ${slotsAtServer} }\n`;

const folder = mkdtempSync(join(tmpdir(), 'servpack-hold-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a held logon server begins nothing new, whatever is killed; the others end, and it ends after its release', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const clock = fromMondayEvening(14_400);
  const installation: LabInstallation = { redisUrl, prefix, dataDir, clock, shards: 3 };
  const files = await smallFiles(dataDir, labClients(clients));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'hold' }));
  const store = await lab.openStore();
  let { orchestrator, operator } = lab;
  let worker = await lab.startWorker();
  /** Commands that began something, on clients of the held logon server and of all others. */
  const begun = async (): Promise<{ readonly held: number; readonly others: number }> => {
    const counts = { held: 0, others: 0 };
    for (const { logonServer, journal } of (await lab.control.truth()).clients)
      counts[logonServer === 'LS-1' ? 'held' : 'others'] += journal.filter(({ op }) =>
        beginning.has(op),
      ).length;
    return counts;
  };
  const status = async (): Promise<CampaignStatus> =>
    (await operator.ask('GET', '/v1/campaigns/sp4')) as CampaignStatus;
  const unfinishedElsewhere = async (): Promise<number> =>
    (await status()).logonServers
      .filter(({ logonServer }) => logonServer !== 'LS-1')
      .flatMap(({ states: { waiting, active, restarting, deferred, remedying } }) => [
        waiting + active + restarting + deferred + remedying,
      ])
      .reduce((sum, each) => sum + each, 0);

  await lab.begin(campaignFile);
  await until('clients of the logon server are at work', async () => (await begun()).held >= 10);
  await operator.ask('POST', '/v1/campaigns/sp4/hold', { logonServers: ['ls-1'], reason: 'payroll' });
  const atAnswer = await begun();
  // Commands that were committed before reach clients after the answer: at most one for each slot.
  const most = atAnswer.held + slotsAtServer;

  for (const killed of ['worker', 'orchestrator', 'both']) {
    const before = (await begun()).others;
    if (killed !== 'orchestrator') {
      worker.kill('SIGKILL');
      await worker.ended;
    }
    if (killed !== 'worker') {
      orchestrator.kill('SIGKILL');
      await orchestrator.ended;
      // Another process leads when the lease of the killed one has ended.
      orchestrator = await lab.startOrchestrator(`after-${killed}`);
      operator = new Operator(urlOf(orchestrator), dataDir);
    }
    if (killed !== 'orchestrator') worker = await lab.startWorker(`after-${killed}`);
    await until('the other logon servers go on', async () => (await begun()).others > before + 5);
  }
  await until(
    'every client of the other logon servers has finished',
    async () => (await unfinishedElsewhere()) === 0,
  );

  const { held, holds, settled, size } = await status();
  expect(holds).toMatchObject([{ logonServer: 'LS-1', by: expect.any(String), because: 'payroll' }]);
  expect((await begun()).held).toBeLessThanOrEqual(most);
  // Held clients keep no slot, and no client of another logon server waits for one.
  expect(await store.slotsInUse('sp4')).toMatchObject({ active: 0 });
  expect([holds[0]?.clients, held]).toEqual([size - settled, holds[0]?.held]);
  expect(holds[0]?.clients).toBeGreaterThan(0);

  await operator.ask('POST', '/v1/campaigns/sp4/release', { logonServers: ['LS-1'], override: true });
  await until('the campaign has ended', async () => (await status()).status === 'ended');
  const rows = (await Array.fromAsync(store.upgrades('sp4'))).map(
    ({ key, upgrade: { state } }): ReportRow => ({
      client: key.client,
      end: state.phase === 'settled' ? state.end : null,
    }),
  );
  expect(rows).toHaveLength(clients);
  expect(verdict(await lab.control.truth(), rows, { relocation: true, workaround: false })).toEqual([]);
});
