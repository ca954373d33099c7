import { mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { fromMondayEvening, type LabInstallation, startOrchestrator, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { writeTree } from '../lab/staged-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-large-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** So many clients that the orchestrator works on them in a background thread. */
const clients = 25_000;

const csvOf = (rows: readonly string[]): string =>
  `client,host,logonServer,zone,role,labels\n${rows.join('\n')}\n`;

test('a large fleet is imported, planned and put into a campaign in a background thread', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const installation: LabInstallation = { redisUrl, prefix, dataDir: folder, clock: fromMondayEvening(1) };
  const tree = join(folder, 'tree');
  await mkdir(tree);
  await writeTree(tree);
  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), folder);
  await operator.stageTree(folder, tree);

  const rows = Array.from({ length: clients }, (_, i) => `pc-${i},pc-${i},LS-${i % 9},UTC,workstation,`);
  const broken = csvOf(rows.with(24_000, 'pc-1,elsewhere,LS-1,UTC,workstation,'));
  await expect(operator.importFleet('broken.csv', broken)).rejects.toThrow(/400 .*broken\.csv has 1 fault/);
  expect(await operator.importFleet('fleet.csv', csvOf(rows))).toMatchObject({
    added: clients,
    total: clients,
  });
  const text = 'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\n';
  const plan = await operator.ask('POST', '/v1/campaigns/plan', { file: 'campaign.yaml', text });
  expect(plan).toMatchObject({ campaign: 'sp4', selected: clients, left: 0 });
  // The plan has a forecast by the last looks; the creation has none.
  expect(await operator.createCampaign(text)).toEqual({ ...Object(plan), forecast: null });
  await expect(operator.createCampaign(text)).rejects.toThrow(/409 .*exists already/);
  expect(await operator.ask('GET', '/v1/campaigns/sp4')).toMatchObject({ status: 'created' });
});
