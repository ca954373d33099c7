import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import {
  type LabHouse,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/house.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { Operator } from '../lab/operator.ts';

/** Calls that begin something on a client. A look, a step that finishes and a check-in are none. */
const beginning = new Set(['mark', 'runUpdate', 'restart', 'notify', 'stopService']);

const folder = mkdtempSync(join(tmpdir(), 'servpack-pause-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  'a paused campaign starts nothing new within one second, and goes on within one second',
  { timeout: 120_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const { url: redisUrl, prefix } = testRedis();
    const clock = { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed: 1_000 };
    const house: LabHouse = { redisUrl, prefix, dataDir: folder, clock };
    const tree = join(folder, 'tree');
    await mkdir(tree);
    await writeTree(tree);
    const rows = Array.from({ length: 400 }, (_, i) => `pc-${i},pc-${i},LS-${i % 4},UTC,workstation,`);
    const csv = `client,host,logonServer,zone,role,labels\n${rows.join('\n')}\n`;
    const fleetCsv = join(folder, 'fleet.csv');
    writeFileSync(fleetCsv, csv);
    const orchestrator = await startOrchestrator(house);
    stack.defer(() => orchestrator.stop());
    const operator = new Operator(urlOf(orchestrator), house.dataDir);
    await operator.importFleet('fleet.csv', csv);
    await operator.stageTree(folder, tree);
    // Few slots, so that there is always somebody who would go on.
    await operator.createCampaign(
      'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\nstructural: atOnce\nbudgets: { active: 8, perLogonServer: 4 }\n',
    );
    const fleet = await startFleetProcess(house, { fleetCsv, seed: 'pause', tree, checkIn: null });
    stack.defer(() => fleet.stop());
    const worker = await startWorker(house, portOf(fleet));
    stack.defer(() => worker.stop());
    const control = connectFleetControl({ port: portOf(fleet) });
    stack.defer(() => control.close());
    const begun = async (): Promise<number> =>
      (await control.truth()).clients
        .flatMap((client) => client.journal)
        .filter((entry) => beginning.has(entry.op)).length;

    await operator.ask('POST', '/v1/campaigns/sp4/start');
    await until(async () => (await begun()) > 20);

    const asked = performance.now();
    await operator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones ring' });
    expect(performance.now() - asked).toBeLessThan(1_000);
    await wait(Math.max(0, 1_000 - (performance.now() - asked)));
    const atPause = await begun();
    await wait(2_000);
    expect(await begun()).toBe(atPause);

    const resumed = performance.now();
    await operator.ask('POST', '/v1/campaigns/sp4/resume');
    await until(async () => (await begun()) > atPause);
    expect(performance.now() - resumed).toBeLessThan(1_000);
  },
);

/** The promise is about real time, so real time is let pass. */
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 30 s');
    await wait(20);
  }
}
