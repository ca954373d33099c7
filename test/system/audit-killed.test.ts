import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import { readEntries } from '../../orchestrator/audit/read.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { labClock } from '../../shared/clock.ts';
import { recount } from '../twin/recount.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { beforeAll as beforeAllIds } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { all } from '../contract/store/fixtures.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { type ReportRow, verdict } from '../lab/expected.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import {
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { patienceMs } from '../environment/patience.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-audit-'));
const tree = join(folder, 'tree');
const clients = 40;
/** Few slots, so that it takes its time. */
const campaignFile =
  'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true, gate: { notOk: 100 % } }]\nstructural: atOnce\n' +
  'ladder: [wait, relocation]\nbudgets: { active: 4, perLogonServer: 2 }\n';

beforeAll(async () => {
  await mkdir(tree, { recursive: true });
  await writeTree(tree);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A campaign over forty simulated clients on a Redis of its own: orchestrator, worker and fleet are processes. */
async function startHouse(stack: AsyncDisposableStack, name: string) {
  const redis = await startPrivateRedis();
  stack.defer(() => redis.stop());
  const clock = { labAt: Date.UTC(2026, 10, 16, 19), realAt: Date.now(), speed: 14_400 };
  const dataDir = join(folder, name);
  await mkdir(dataDir);
  const house: LabInstallation = { redisUrl: redis.url, prefix: 'audited', dataDir, clock };
  const rows = Array.from({ length: clients }, (_, i) => `pc-${i},pc-${i},LS-${i % 4},UTC,workstation,`);
  const csv = `client,host,logonServer,zone,role,labels\n${rows.join('\n')}\n`;
  const fleetCsv = join(dataDir, 'fleet.csv');
  writeFileSync(fleetCsv, csv);
  const fleet = await startFleetProcess(house, { fleetCsv, seed: 'audit', tree, checkIn: null });
  stack.defer(() => fleet.stop());
  const opened = await openRedisStore({ url: redis.url, prefix: house.prefix });
  if (!opened.ok) throw new Error(opened.error.message);
  stack.defer(() => opened.value.close());
  const control = connectFleetControl({ port: portOf(fleet) });
  stack.defer(() => control.close());
  const setUp = async (url: string): Promise<Operator> => {
    const operator = new Operator(url, dataDir);
    await operator.importFleet('fleet.csv', csv);
    await operator.stageTree(dataDir, tree);
    await operator.createCampaign(campaignFile);
    await operator.ask('POST', '/v1/campaigns/sp4/start');
    return operator;
  };
  return { house, redis, fleet, store: opened.value, control, setUp };
}

const archiveOf = ({ dataDir, prefix }: LabInstallation) =>
  openArchive({ folder: join(dataDir, 'audit'), prefix, shards: 1 });

const settledIn = async (store: Store): Promise<number> =>
  (await all(store.upgrades('sp4'))).filter(({ upgrade }) => upgrade.state.phase === 'settled').length;

const statusOf = async (store: Store): Promise<string | undefined> =>
  (await store.readCampaign('sp4'))?.campaign.state.status;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything that Redis has is written, and the head with it. */
const isWritten = async (store: Store): Promise<boolean> => {
  const { head, written } = await store.readSeal(0);
  return head !== null && written === head.number && (await store.auditAfter(0, head.last, 1)).length === 0;
};

describe('an orchestrator killed again and again', () => {
  test('leaves files that are whole, in which nothing is missing or twice', async () => {
    await using stack = new AsyncDisposableStack();
    const { house, fleet, store, setUp } = await startHouse(stack, 'killed');
    let orchestrator = await startOrchestrator(house);
    await setUp(urlOf(orchestrator));
    const worker = await startWorker(house, portOf(fleet));
    stack.defer(() => worker.stop());
    let inMidCampaign = 0;
    for (const pause of [0, 700, 1_300, 100, 1_900, 400]) {
      // Killed at any moment of its rounds, which are a second apart; seal and file take a part of
      // each round.
      await new Promise((resolve) => setTimeout(resolve, pause));
      if ((await settledIn(store)) < clients) inMidCampaign += 1;
      orchestrator.kill('SIGKILL');
      await orchestrator.ended;
      orchestrator = await startOrchestrator(house);
    }
    stack.defer(() => orchestrator.stop());
    // Its end is the last entry: what is read below is then read of a stream that does not grow.
    await until('ended', async () => (await statusOf(store)) === 'ended');
    await until('written', () => isWritten(store));
    expect(inMidCampaign).toBeGreaterThan(2);

    const archive = archiveOf(house);
    const verified = await verifyPaths(archive.files(0));
    expect(verified).toMatchObject({ ok: true, value: { faults: [], torn: [] } });
    const inRedis = (await store.auditAfter(0, beforeAllIds, 100_000)).map(({ id }) => id);
    const found = await all(readEntries(store, archive, {}));
    expect(found.map(({ id }) => id)).toEqual(inRedis);
    expect(found.every(({ block }) => block !== null)).toBe(true);
  });
});

describe('when Redis is lost in mid-campaign', () => {
  test('the records are put back from the file, a person resumes, and every client ends right', async () => {
    await using stack = new AsyncDisposableStack();
    const { house, redis, fleet, store, control, setUp } = await startHouse(stack, 'lost');
    const first = await startOrchestrator(house);
    await setUp(urlOf(first));
    const worker = await startWorker(house, portOf(fleet));
    await until('in mid-flight', async () => (await settledIn(store)) >= 5);
    for (const each of [first, worker]) each.kill('SIGKILL');
    await Promise.all([first.ended, worker.ended]);
    const before = await settledIn(store);
    expect(before).toBeLessThan(clients);
    const direct = new Redis(redis.url);
    await direct.flushall();
    direct.disconnect();

    const files = archiveOf(house).files(0);
    expect(readdirSync(join(house.dataDir, 'audit'))).toContain('audited-0.jsonl');
    const rebuilt = await rebuild(store, labClock(house.clock), files);
    expect(rebuilt).toMatchObject({
      ok: true,
      value: { clients, releases: 1, gap: expect.stringMatching(/what happened after is not in it/) },
    });
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    expect((await store.readCampaign('sp4'))?.campaign.state).toMatchObject({
      status: 'paused',
      by: 'rebuild',
    });

    const orchestrator = await startOrchestrator(house);
    stack.defer(() => orchestrator.stop());
    const second = await startWorker(house, portOf(fleet), 'second');
    stack.defer(() => second.stop());
    const operator = new Operator(urlOf(orchestrator), house.dataDir);
    await operator.ask('POST', '/v1/campaigns/sp4/resume');
    await until('settled', async () => (await settledIn(store)) === clients);

    const rows = (await all(store.upgrades('sp4'))).map(({ key, upgrade: { state } }): ReportRow => ({
      client: key.client,
      end: state.phase === 'settled' ? state.end : null,
    }));
    expect(verdict(await control.truth(), rows, { relocation: true, workaround: false })).toEqual([]);
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    await until('written', () => isWritten(store));
    const verified = await verifyPaths(archiveOf(house).files(0));
    expect(verified).toMatchObject({ ok: true, value: { faults: [], torn: [] } });
  });
});
