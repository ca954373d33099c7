import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { testRedis } from '../environment/redis.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import {
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/installation.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { Operator } from '../lab/operator.ts';
import { patienceMs } from '../environment/patience.ts';

/** Calls that begin something on a client. A look, a step that finishes and a check-in are none. */
const beginning = new Set(['mark', 'runUpdate', 'restart', 'notify', 'stopService']);

/** Clients that may be at work at once. */
const slots = 8;
/** Long enough for many commits of a worker that goes on: one commit takes milliseconds. */
const quietMs = 1_500;

const folder = mkdtempSync(join(tmpdir(), 'servpack-pause-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('paused, halted or aborted a campaign starts nothing new but what was under way; resumed it goes on', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const clock = { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed: 1_000 };
  const installation: LabInstallation = { redisUrl, prefix, dataDir: folder, clock };
  const tree = join(folder, 'tree');
  await mkdir(tree);
  await writeTree(tree);
  const rows = Array.from({ length: 400 }, (_, i) => `pc-${i},pc-${i},LS-${i % 4},UTC,workstation,`);
  const csv = `client,host,logonServer,zone,role,labels\n${rows.join('\n')}\n`;
  const fleetCsv = join(folder, 'fleet.csv');
  writeFileSync(fleetCsv, csv);
  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), installation.dataDir);
  await operator.importFleet('fleet.csv', csv);
  await operator.stageTree(folder, tree);
  // Few slots, so that another client is always ready to begin.
  await operator.createCampaign(
    `campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\nstructural: atOnce\nbudgets: { active: ${slots}, perLogonServer: 4 }\n`,
  );
  const fleet = await startFleetProcess(installation, { fleetCsv, seed: 'pause', tree, checkIn: null });
  stack.defer(() => fleet.stop());
  const worker = await startWorker(installation, portOf(fleet));
  stack.defer(() => worker.stop());
  const control = connectFleetControl({ port: portOf(fleet) });
  stack.defer(() => control.close());
  const begun = async (): Promise<number> =>
    (await control.truth()).clients
      .flatMap((client) => client.journal)
      .filter((entry) => beginning.has(entry.op)).length;

  /**
   * Asks, and sees that from the answer on only what was committed before reaches clients, one
   * command for each slot at most, and then nothing. How long the answer takes is a figure of the
   * bench.
   */
  const stops = async (path: string, body: object): Promise<unknown> => {
    const answer = await operator.ask('POST', path, body);
    const atAnswer = await begun();
    for (let last = NaN, now = atAnswer; now !== last;) {
      last = now;
      await wait(quietMs);
      now = await begun();
      expect([path, Math.max(0, now - atAnswer - slots)]).toEqual([path, 0]);
    }
    return answer;
  };
  const status = async (): Promise<CampaignStatus> =>
    (await operator.ask('GET', '/v1/campaigns/sp4')) as CampaignStatus;

  await operator.ask('POST', '/v1/campaigns/sp4/start');
  await until(async () => (await begun()) > 20);

  await stops('/v1/campaigns/sp4/pause', { reason: 'phones ring' });
  const atPause = await begun();
  await operator.ask('POST', '/v1/campaigns/sp4/resume');
  await until(async () => (await begun()) > atPause);

  await stops('/v1/halt', { reason: 'phones ring' });
  const halted = await begun();
  await operator.ask('POST', '/v1/unhalt');
  await until(async () => (await begun()) > halted);

  const asked = performance.now();
  const aborted = await stops('/v1/campaigns/sp4/abort', { reason: 'wrong release' });
  // What it says of its own time is within the time that has passed.
  expect((aborted as { stoppedInMs: number }).stoppedInMs).toBeLessThanOrEqual(
    Math.ceil(performance.now() - asked),
  );
  const over = await begun();
  await until(async () => (await status()).endedAt !== null);
  const { states, size, stillMarked } = await status();
  // A client that settled as marked is marked, and no other cancelled client is.
  const marked = (await control.truth()).clients.filter(({ setupPhase }) => setupPhase === 'upgrade').length;
  expect([await begun(), marked]).toEqual([over, stillMarked]);
  expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(size);
  expect([states.active, states.restarting, states.deferred, states.remedying]).toEqual([0, 0, 0, 0]);
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come to that in time');
    await wait(20);
  }
}
