import { mkdtempSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import { readEntries } from '../../orchestrator/audit/read.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { labClock } from '../../shared/clock.ts';
import { recount } from '../twin/recount.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { all } from '../contract/store/fixtures.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { type ReportRow, verdict } from '../lab/expected.ts';
import { fromMondayEvening, type LabInstallation, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import { labClients, openCampaignLab, smallFiles } from '../fixtures/campaign-lab.ts';
import { until } from '../fixtures/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-audit-'));
const clients = 40;
/** Few slots, so that the campaign takes several seconds. */
const campaignFile =
  'campaign: sp4\nrelease: test-release\nwaves: [{ name: all, rest: true, gate: { failures: 100 % } }]\nstructural: atOnce\n' +
  'ladder: [wait, relocation]\nbudgets: { active: 4, perLogonServer: 2 }\n';

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A campaign that runs over forty clients of the lab, on a Redis of its own. */
async function beginCampaign(stack: AsyncDisposableStack, name: string) {
  const redis = await startPrivateRedis();
  stack.defer(() => redis.stop());
  const dataDir = join(folder, name);
  await mkdir(dataDir);
  const clock = fromMondayEvening(14_400);
  const installation: LabInstallation = { redisUrl: redis.url, prefix: 'audited', dataDir, clock };
  const files = await smallFiles(dataDir, labClients(clients));
  const lab = stack.use(await openCampaignLab(installation, { files, seed: 'audit' }));
  const store = await lab.openStore();
  await lab.begin(campaignFile);
  return { installation, redis, lab, store };
}

const archiveOf = ({ dataDir, prefix }: LabInstallation) =>
  openArchive({ folder: join(dataDir, 'audit'), prefix, shards: 1 });

const settledIn = async (store: Store): Promise<number> =>
  (await all(store.upgrades('sp4'))).filter(({ upgrade }) => upgrade.state.phase === 'settled').length;

const statusOf = async (store: Store): Promise<string | undefined> =>
  (await store.readCampaign('sp4'))?.campaign.state.status;

/** Whether every entry in Redis stands in the files, and the head too. */
const isWritten = async (store: Store): Promise<boolean> => {
  const { head, written } = await store.readSeal(0);
  return head !== null && written === head.number && (await store.auditAfter(0, head.last, 1)).length === 0;
};

describe('an orchestrator that is killed again and again', () => {
  test('leaves whole audit files, in which no entry is missing or twice', async () => {
    await using stack = new AsyncDisposableStack();
    const { installation, lab, store } = await beginCampaign(stack, 'killed');
    let { orchestrator } = lab;
    await lab.startWorker();
    let inMidCampaign = 0;
    for (const pause of [0, 700, 1_300, 100, 1_900, 400]) {
      // The kills hit any moment of a round. Rounds are a second apart, and sealing takes a part
      // of each.
      await new Promise((resolve) => setTimeout(resolve, pause));
      if ((await settledIn(store)) < clients) inMidCampaign += 1;
      orchestrator.kill('SIGKILL');
      await orchestrator.ended;
      orchestrator = await lab.startOrchestrator();
    }
    // The end of the campaign is the last entry, so the stream that is read below does not grow.
    await until('ended', async () => (await statusOf(store)) === 'ended');
    await until('written', () => isWritten(store));
    expect(inMidCampaign).toBeGreaterThan(2);

    const archive = archiveOf(installation);
    const verified = await verifyPaths(archive.files(0));
    expect(verified).toMatchObject({ ok: true, value: { faults: [], torn: [] } });
    const inRedis = (await store.auditAfter(0, beforeAll, 100_000)).map(({ id }) => id);
    const found = await all(readEntries(store, archive, {}));
    expect(found.map(({ id }) => id)).toEqual(inRedis);
    expect(found.every(({ block }) => block !== null)).toBe(true);
  });
});

describe('a rebuild after the loss of Redis during a campaign', () => {
  test('restores the records from the audit files, and every client ends right after a resume', async () => {
    await using stack = new AsyncDisposableStack();
    const { installation, redis, lab, store } = await beginCampaign(stack, 'lost');
    const worker = await lab.startWorker();
    await until('in mid-flight', async () => (await settledIn(store)) >= 5);
    for (const each of [lab.orchestrator, worker]) each.kill('SIGKILL');
    await Promise.all([lab.orchestrator.ended, worker.ended]);
    const before = await settledIn(store);
    expect(before).toBeLessThan(clients);
    const direct = new Redis(redis.url);
    await direct.flushall();
    direct.disconnect();

    const files = archiveOf(installation).files(0);
    expect(readdirSync(join(installation.dataDir, 'audit'))).toContain('audited-0.jsonl');
    const rebuilt = await rebuild(store, labClock(installation.clock), files);
    expect(rebuilt).toMatchObject({
      ok: true,
      value: { clients, releases: 1, gap: expect.stringMatching(/what happened after is not in it/) },
    });
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    expect((await store.readCampaign('sp4'))?.campaign.state).toMatchObject({
      status: 'paused',
      by: 'rebuild',
    });

    const orchestrator = await lab.startOrchestrator();
    await lab.startWorker('second');
    const operator = new Operator(urlOf(orchestrator), installation.dataDir);
    await operator.ask('POST', '/v1/campaigns/sp4/resume');
    await until('settled', async () => (await settledIn(store)) === clients);

    const rows = (await all(store.upgrades('sp4'))).map(({ key, upgrade: { state } }): ReportRow => ({
      client: key.client,
      end: state.phase === 'settled' ? state.end : null,
    }));
    expect(verdict(await lab.control.truth(), rows, { relocation: true, workaround: false })).toEqual([]);
    expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    await until('written', () => isWritten(store));
    const verified = await verifyPaths(archiveOf(installation).files(0));
    expect(verified).toMatchObject({ ok: true, value: { faults: [], torn: [] } });
  });
});
