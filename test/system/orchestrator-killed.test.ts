import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { campaignYaml, writeRelease } from '../fixtures/small-orchestrator.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { until } from '../fixtures/until.ts';
import { recount } from '../twin/recount.ts';
import { fromMondayEvening, type LabInstallation, startOrchestrator, urlOf } from '../lab/installation.ts';
import { Operator } from '../lab/operator.ts';
import type { LabProcess } from '../lab/process.ts';

const started: LabProcess[] = [];
const stores: Store[] = [];
let folder: string;
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.kill('SIGKILL');
    await each.ended;
  }
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An orchestrator with a staged release and so many clients, and its store. */
async function startInstallation(clients: number) {
  folder = mkdtempSync(join(tmpdir(), 'servpack-killed-'));
  const place = testRedis();
  const { url: redisUrl, prefix } = place;
  const settings = { SERVPACK_HOOKS: join(folder, 'hooks') };
  mkdirSync(settings.SERVPACK_HOOKS);
  const clock = fromMondayEvening(1);
  const installation: LabInstallation = { redisUrl, prefix, dataDir: folder, clock, settings };
  const start = async (): Promise<{ process: LabProcess; operator: Operator }> => {
    const process = await startOrchestrator(installation);
    started.push(process);
    return { process, operator: new Operator(urlOf(process), folder) };
  };
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    return join(folder, name);
  };
  const store = unwrapped(await openRedisStore(place));
  stores.push(store);
  const first = await start();
  const rows = Array.from({ length: clients }, (_, at) => `pc-${at},LS-ROM,UTC,workstation`);
  const text = `client,logonServer,zone,role\n${rows.join('\n')}\n`;
  await first.operator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text });
  const release = writeRelease({ write, folder } as Parameters<typeof writeRelease>[0]);
  await first.operator.ask('POST', '/v1/releases', { path: release });
  return { first, start, write, store };
}

test('a hook whose orchestrator is killed is unknown, and is not run again by itself', async () => {
  const { first, start, write, store } = await startInstallation(3);
  // The command waits for a writer of this pipe, and none comes.
  expect(spawnSync('mkfifo', [join(folder, 'gate')]).status).toBe(0);
  write('hooks/ask', '#!/bin/sh\ncat >> ../input.jsonl\necho $$ > ../pid\nread answer < ../gate\n');
  const text = campaignYaml('sp4', 'hooks: { beforeCampaign: { run: [ask], timeout: 1h } }\n');
  await first.operator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text });
  await first.operator.ask('POST', '/v1/campaigns/sp4/start');
  const pidFile = join(folder, 'pid');
  await until('the command runs', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
  first.process.kill('SIGKILL');
  await first.process.ended;
  try {
    const { operator } = await start();
    const status = async () => operator.ask('GET', '/v1/campaigns/sp4');
    await until('paused', async () => ((await status()) as { status: string }).status === 'paused');
    expect(await status()).toMatchObject({
      paused: { by: 'hooks', because: expect.stringContaining('its outcome is not known') },
      hooks: [{ hook: 'before-campaign', state: 'unknown', runs: 1 }],
      states: { waiting: 3 },
    });
    expect(readFileSync(join(folder, 'input.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
    // A person knows what came of the command, and the campaign goes on.
    const accept = '/v1/campaigns/sp4/hooks/before-campaign/accept';
    await operator.ask('POST', accept, { reason: 'the help desk knows' });
    await until('admitted', async () => (await Array.fromAsync(store.upgrades('sp4'))).length > 0);
  } finally {
    process.kill(-Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  }
});

test('an occurrence whose orchestrator is killed is created and started once by the next one', async () => {
  const { first, start, store } = await startInstallation(5_000);
  const text = campaignYaml('weekly', 'schedule: { cron: "0 4 * * 1", zone: UTC }\n');
  await first.operator.ask('POST', '/v1/schedules', { file: 'weekly.yaml', text });
  // The answer never comes.
  const asked = first.operator.ask('POST', '/v1/schedules/weekly/run').catch(() => null);
  const openOf = async () => (await store.readSchedule('weekly'))?.schedule.open;
  await until('the intent is written', async () => (await openOf()) !== undefined, 1);
  first.process.kill('SIGKILL');
  await Promise.all([first.process.ended, asked]);
  const open = await openOf();
  const isCreated = (await store.campaignNames()).length > 0;
  console.info(`killed ${isCreated ? 'after' : 'before'} the campaign was written`);
  await start();
  const past = async () => (await store.readSchedule('weekly'))?.schedule.past ?? [];
  await until('the occurrence is over', async () => (await past()).length > 0);
  expect(await past()).toMatchObject([{ campaign: open?.campaign, outcome: 'started' }]);
  expect(await store.campaignNames()).toEqual([open?.campaign]);
  const audit = await store.audit(200, { campaign: open?.campaign ?? '' });
  expect(audit.filter(({ from, to }) => from === 'created' && to === 'running')).toHaveLength(1);
});

const joins = (active: number): string =>
  campaignYaml('sp4', `membership: joins\nbudgets: { active: ${active} }\n`);

test('clients that are imported join once, although the orchestrator is killed meanwhile', async () => {
  const { first, start, store } = await startInstallation(3);
  await first.operator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: joins(2) });
  await first.operator.ask('POST', '/v1/campaigns/sp4/start');
  const rows = Array.from({ length: 2_000 }, (_, at) => `new-${at},LS-ROM,UTC,workstation`);
  const text = `client,logonServer,zone,role\n${rows.join('\n')}\n`;
  const sizes = async () => (await store.readCampaign('sp4'))?.campaign.waveSizes ?? [];
  await first.operator.ask('POST', '/v1/fleet', { file: 'new.csv', text });
  first.process.kill('SIGKILL');
  await first.process.ended;
  await start();
  await until('all have joined', async () => (await sizes()).reduce((sum, size) => sum + size, 0) === 2_003);
  await until('the change is over', async () => {
    const record = await store.readCampaign('sp4');
    return record !== null && record.campaign.memberChange === undefined;
  });
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  const joined = (await store.audit(9_000, { campaign: 'sp4' })).filter(({ from }) => from === 'outside');
  expect(new Set(joined.map(({ client }) => client)).size).toBe(2_000);
  expect(joined).toHaveLength(2_000);
});

test('an edit whose orchestrator is killed counts once, or not at all', async () => {
  const { first, start, store } = await startInstallation(2_000);
  await first.operator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: joins(2) });
  await first.operator.ask('POST', '/v1/campaigns/sp4/start');
  const body = { file: 'c.yaml', text: joins(1), reason: 'slower' };
  const asked = first.operator.ask('POST', '/v1/campaigns/sp4/edit', body).catch(() => null);
  const edition = async () => (await store.readCampaign('sp4'))?.campaign.edition ?? 0;
  await until('the edition is written', async () => (await edition()) === 1, 1);
  first.process.kill('SIGKILL');
  await Promise.all([first.process.ended, asked]);
  const { operator } = await start();
  await until('the edit is over', async () => {
    const record = await store.readCampaign('sp4');
    return record?.campaign.movingTo === undefined && record?.campaign.memberChange === undefined;
  });
  // A person who has no answer asks again: nothing is left to change.
  expect(await operator.ask('POST', '/v1/campaigns/sp4/edit', body)).toMatchObject({
    edition: 1,
    changes: [],
  });
  expect((await store.editions('sp4')).map(({ because }) => because)).toEqual([expect.anything(), 'slower']);
  const audit = await store.audit(200, { campaign: 'sp4' });
  expect(audit.filter(({ from, to }) => from === 'edition 0' && to === 'edition 1')).toHaveLength(1);
});
