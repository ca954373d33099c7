import type { StoredUpgrade } from '../../shared/store/types.ts';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recount, recountSlots } from '../twin/recount.ts';
import { testRedis } from '../environment/redis.ts';
import { type ReportRow, verdict } from '../lab/expected.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { Operator } from '../lab/operator.ts';
import { patienceMs } from '../environment/patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-rolling-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const clients = 300;
const rounds = 3;

test('a rolling restart of workers and orchestrators during a campaign costs no client an attempt', async () => {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl, prefix } = testRedis();
  const installation: LabInstallation = {
    redisUrl,
    prefix,
    dataDir: folder,
    clock: fromMondayEvening(25_000, 3_000),
  };
  const files = await smallFiles(folder, labClients(clients));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'rolling' }));
  await lab.operator.createCampaign(
    'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true }]\nbudgets: { active: 40, perLogonServer: 12 }\n',
  );

  const running = new Map([['orchestrator-1', lab.orchestrator]]);
  const startIn = async (place: string, start: () => Promise<LabProcess>): Promise<void> =>
    void running.set(place, await start());
  const stopTimes: number[] = [];
  /** Starts a new process, then stops the old one. */
  const replace = async (place: string, start: () => Promise<LabProcess>): Promise<void> => {
    const old = running.get(place);
    await startIn(place, start);
    const asked = performance.now();
    old?.kill('SIGTERM');
    // Code 0: the process stopped in order, and its own deadline did not end it.
    expect(await old?.ended).toEqual({ code: 0, signal: null });
    stopTimes.push(performance.now() - asked);
  };
  const operator = (): Operator =>
    new Operator(urlOf(running.get('orchestrator-1') as LabProcess), installation.dataDir);
  const worker = (): Promise<LabProcess> => lab.startWorker();
  const orchestrator = (): Promise<LabProcess> => lab.startOrchestrator();
  await startIn('orchestrator-2', orchestrator);
  await startIn('worker-1', worker);
  await startIn('worker-2', worker);
  await operator().ask('POST', '/v1/campaigns/sp4/start');

  // On a busy machine the campaign may end before the last round.
  let duringTheCampaign = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const which of [1, 2])
      await Promise.all([replace(`worker-${which}`, worker), replace(`orchestrator-${which}`, orchestrator)]);
    const { status } = (await operator().ask('GET', '/v1/campaigns/sp4')) as { status: string };
    if (status !== 'ended') duringTheCampaign += 1;
  }
  expect(duringTheCampaign).toBeGreaterThan(0);
  await untilEnded(operator());

  const store = await lab.openStore();
  const upgrades: StoredUpgrade[] = await Array.fromAsync(store.upgrades('sp4'));
  expect(upgrades.filter(({ crashes }) => crashes > 0)).toEqual([]);
  expect(upgrades.filter(({ upgrade }) => upgrade.attempt !== 1)).toEqual([]);
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  expect(await store.slotsInUse('sp4')).toEqual(await recountSlots(store, 'sp4'));
  const reasons = (await store.audit(1_000_000, { campaign: 'sp4' })).map(({ because }) => because);
  expect(reasons.filter((because) => /not known|did not take the mark/.test(because))).toEqual([]);

  const lines = logLines();
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
  expect(lines.filter(({ leaseExpired = 0 }) => leaseExpired > 0)).toEqual([]);
  const handedOver = lines.filter(({ msg }) => msg === 'handed over').length;

  const report = (await operator().ask('GET', '/v1/campaigns/sp4/report')) as { clients: ReportRow[] };
  const policy = { relocation: true, workaround: false };
  expect(verdict(await lab.control.truth(), report.clients, policy)).toEqual([]);

  stopTimes.sort((a, b) => a - b);
  const [p50, max] = [stopTimes[Math.floor(stopTimes.length / 2)], stopTimes.at(-1)].map((ms) =>
    Math.round(ms ?? 0),
  );
  console.info(
    `${stopTimes.length} stops, SIGTERM to exit p50 ${p50} ms, max ${max} ms; ${handedOver} handed over`,
  );
});

/** A gate may pause the campaign, because the lab makes some clients fail. */
async function untilEnded(operator: Operator): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { status } = (await operator.ask('GET', '/v1/campaigns/sp4')) as { status: string };
    if (status === 'ended') return;
    if (status === 'paused') await operator.ask('POST', '/v1/campaigns/sp4/resume');
    if (Date.now() > deadline) throw new Error(`the campaign is ${status} after ${patienceMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly leaseExpired?: number;
}

function logLines(): readonly Line[] {
  const logs = join(folder, 'logs');
  return readdirSync(logs)
    .filter((name) => name !== 'fleet.log')
    .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
