import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeIdle } from '../../orchestrator/campaigns/commit-idle.ts';
import { retry } from '../../orchestrator/domain/reopen.ts';
import { archiveCampaign } from '../../orchestrator/campaigns/archive.ts';
import { openCampaignArchive } from '../../orchestrator/archive/campaign-archive.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { anna, bring, changes, contextOf } from './admitted-clients.ts';

const oneWave =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 100 % }\nwaves: [{ name: all, rest: true }]\n';
const clients = [...Array.from({ length: 9 }, (_, n) => `pc-${n}`), 'srv-1'];
const upgraded = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  state: { phase: 'settled', at: now, end: 'upgraded', cause: 'proved', because: 'proved', blockers: [] },
});
const marked = (upgrade: Upgrade): Upgrade =>
  withMemory(changes.failed(upgrade), { open: { mark: { at: now, bootId: 'boot-1' } } });
const unfinished = (upgrade: Upgrade): Upgrade =>
  withMemory(changes.failed(upgrade), { open: { unfinished: true } });

/** A campaign of ten clients that has ended. `first` is what became of pc-0. */
async function ended(store: Store, first: (upgrade: Upgrade) => Upgrade = changes.failed) {
  const orchestrator = await startRunning(store, oneWave);
  for (const client of clients)
    await bring(store, client, client === 'pc-0' ? first : upgraded, { index: 'settled' });
  await runCampaigns().run(contextOf(orchestrator));
  expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status).toBe('ended');
  return orchestrator;
}

/** A forecast that was made when half of the clients were finished, and that held. */
async function keepForecast(store: Store): Promise<void> {
  const state = (await store.readCampaign('sp4'))?.campaign.state;
  if (state?.status !== 'ended') throw new Error('it has ended');
  const end = { p50: state.endedAt, p90: state.endedAt + 1 };
  const earlier = [{ madeAt: state.startedAt, finished: 5, size: 10, end }];
  const { startedAt } = state;
  await store.keepForecasts('sp4', { basis: { startedAt }, finished: 10, newest: null, earlier });
}

const ask = (orchestrator: SmallOrchestrator, what: string, body: object = {}) =>
  orchestrator.ask('POST', `/v1/campaigns/sp4/${what}`, body, anna);
const read = async (orchestrator: SmallOrchestrator, path: string) =>
  (await orchestrator.ask('GET', path)).body;
const recreate = (orchestrator: SmallOrchestrator) =>
  orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: oneWave });

describe.each(stores)('a campaign that is over, on the %s store', (_name, open) => {
  test('is archived with its report, and its name is free', async () => {
    const store = await open();
    await using orchestrator = await ended(store);
    await keepForecast(store);
    const { actions, archived: none, ...before } = await read(orchestrator, '/v1/campaigns/sp4/report');
    expect(before.forecasts).toMatchObject([{ finishedPercent: 50, held: true }]);
    expect([none, actions.length > 0]).toEqual([null, true]);
    const { status, body } = await ask(orchestrator, 'archive', { reason: 'over' });
    const file = join(orchestrator.folder, 'archive', 'sp4.0.jsonl');
    expect([status, body]).toEqual([200, { campaign: 'sp4', clients: 10, file }]);
    expect((await read(orchestrator, '/v1/campaigns')).campaigns).toEqual([]);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).status).toBe(404);
    expect(await read(orchestrator, '/v1/campaigns/sp4/report')).toEqual({
      ...before,
      actions: [],
      archived: { at: '2026-11-17T09:00:00Z', by: 'token default (says anna)', because: 'over', file },
    });
    expect((await read(orchestrator, '/v1/archive')).campaigns).toMatchObject([
      { archived: { file }, status: { campaign: 'sp4', status: 'ended', size: 10 } },
    ]);
    // No campaign of the name is left that could say how it is spelled.
    expect((await read(orchestrator, '/v1/campaigns/SP4/report?archived=true')).campaign).toBe('sp4');
    expect((await read(orchestrator, '/v1/campaigns/Sp4/report')).campaign).toBe('sp4');
    // Another campaign of the name: its report is its own, and the archived one stays.
    expect((await recreate(orchestrator)).status).toBe(200);
    expect(await read(orchestrator, '/v1/campaigns/sp4/report')).toMatchObject({
      status: 'created',
      archived: null,
    });
    expect(await read(orchestrator, '/v1/campaigns/sp4/report?archived=true')).toMatchObject({
      status: 'ended',
      archived: { file },
    });
    expect((await ask(orchestrator, 'start')).body.status).toBe('running');
  });

  test.each([
    [
      'a client is still marked',
      marked,
      'campaign sp4: 1 client is still marked, which will install sms-sp4 at the next logon; take the marks back first: servpack campaign unmark sp4 --reason TEXT',
    ],
    [
      'something is open on a client',
      unfinished,
      'campaign sp4: something is open on 1 client, which only its records know; look at them: servpack campaign clients sp4 --state attention',
    ],
  ])('is not archived while %s, and stands as before', async (_why, first, message) => {
    await using orchestrator = await ended(await open(), first);
    const refused = await ask(orchestrator, 'archive');
    expect([refused.status, refused.body.error.message]).toEqual([409, message]);
    expect(await read(orchestrator, '/v1/campaigns/sp4')).toMatchObject({ status: 'ended', removal: null });
    expect((await ask(orchestrator, 'retry', { which: 'failed' })).body.reopened).toBe(1);
    expect((await ask(orchestrator, 'archive')).body.error.message).toContain(
      'is running: it is archived when',
    );
  });

  test.each([
    ['marked', marked],
    ['unfinished', unfinished],
  ])('is archived when the machine that was left %s is gone', async (_how, first) => {
    await using orchestrator = await ended(await open(), first);
    const removal = { clients: ['pc-0'], reason: 'scrapped' };
    expect((await orchestrator.ask('POST', '/v1/fleet/remove', removal, anna)).status).toBe(409);
    const gone = await orchestrator.ask('POST', '/v1/fleet/remove', { ...removal, gone: true }, anna);
    expect(gone.body.removed).toBe(1);
    expect((await ask(orchestrator, 'archive')).body).toMatchObject({ campaign: 'sp4', clients: 10 });
    const report = await read(orchestrator, '/v1/campaigns/sp4/report');
    expect(report.states).toMatchObject({ upgraded: 9, failed: 1 });
  });

  /** The store, which stops answering at this call, once. */
  const stopping = (store: Store, at: 'commitCampaign' | 'removeCampaign', nth: number): Store => {
    let calls = 0;
    const stop = (name: typeof at) => {
      calls += name === at ? 1 : 0;
      if (name === at && calls === nth) throw new StoreUnavailable('Redis at test does not answer');
    };
    return {
      ...store,
      commitCampaign: async (...asked) => {
        stop('commitCampaign');
        return store.commitCampaign(...asked);
      },
      removeCampaign: async (...asked) => {
        stop('removeCampaign');
        return store.removeCampaign(...asked);
      },
    };
  };

  test.each([
    ['before its file is named', 'commitCampaign', 2],
    ['before its records go', 'removeCampaign', 1],
  ] as const)('that broke off %s is archived when asked again', async (_when, at, nth) => {
    const store = await open();
    await using orchestrator = await ended(store);
    const report = await read(orchestrator, '/v1/campaigns/sp4/report');
    const archive = openCampaignArchive(join(orchestrator.folder, 'archive'));
    const broken = {
      ...contextOver(stopping(store, at, nth), standingClock(now), keepingDispatcher([])),
      campaignArchive: archive,
    };
    await expect(archiveCampaign(broken, 'token default (says anna)', 'sp4', 'over')).rejects.toThrow(
      StoreUnavailable,
    );
    const between = await read(orchestrator, '/v1/campaigns/sp4');
    expect(between).toMatchObject({
      status: 'ended',
      removal: { kind: 'archive' },
      actions: ['servpack campaign archive sp4   # ends what broke off'],
    });
    expect((await ask(orchestrator, 'retry', { which: 'failed' })).body.reopened ?? 0).toBe(0);
    expect((await ask(orchestrator, 'archive')).status).toBe(200);
    expect((await read(orchestrator, '/v1/campaigns/sp4/report')).clients).toEqual(report.clients);
    expect((await recreate(orchestrator)).status).toBe(200);
  });

  test('is not archived when a client is opened again in the moment of the archive: it runs again', async () => {
    const store = await open();
    await using orchestrator = await ended(store);
    const key = { campaign: 'sp4', client: 'pc-0' };
    let isOpened = false;
    // A retry in another terminal: after the archive has read the counters, before it is noted.
    const between: Store = {
      ...store,
      commitCampaign: async (...asked) => {
        if (!isOpened) {
          isOpened = true;
          const stored = await store.readUpgrade(key);
          const reopening = stored === null ? null : retry(stored.upgrade, 'kim: the line is back');
          if (stored === null || reopening?.kind !== 'reopened') throw new Error('is not opened');
          const { upgrade, because } = reopening;
          await changeIdle(contextOf(orchestrator), stored, { upgrade, because, who: 'kim' });
        }
        return store.commitCampaign(...asked);
      },
    };
    const context = {
      ...contextOver(between, standingClock(now), keepingDispatcher([])),
      campaignArchive: openCampaignArchive(join(orchestrator.folder, 'archive')),
    };
    const refused = await archiveCampaign(context, 'token default (says anna)', 'sp4', 'over');
    expect(refused).toMatchObject({
      error: { code: 'campaign.refused', message: expect.stringContaining('1 client is open again') },
    });
    expect(await store.readUpgrade(key)).toMatchObject({ upgrade: { attempt: 2 } });
    expect(await read(orchestrator, '/v1/campaigns/sp4')).toMatchObject({
      status: 'running',
      removal: null,
      settled: 9,
    });
  });

  test('stands as before when its file cannot be written', async () => {
    await using orchestrator = await ended(await open());
    writeFileSync(join(orchestrator.folder, 'archive'), 'no folder');
    const refused = await ask(orchestrator, 'archive');
    expect(refused.body.error).toMatchObject({ code: 'archive.file' });
    expect(refused.body.error.message).toContain('campaign sp4 was not archived: ');
    expect(await read(orchestrator, '/v1/campaigns/sp4')).toMatchObject({ status: 'ended', removal: null });
  });

  test('that was aborted is archived with the clients that never began', async () => {
    await using orchestrator = await startRunning(await open(), oneWave);
    await bring(orchestrator.store, 'pc-0', upgraded, { index: 'settled' });
    await ask(orchestrator, 'abort', { reason: 'wrong release' });
    const { drainCampaigns } = await import('../../orchestrator/rounds/drain-campaigns.ts');
    await drainCampaigns().run(contextOf(orchestrator));
    const before = await read(orchestrator, '/v1/campaigns/sp4/report');
    expect(before).toMatchObject({ status: 'aborted', settled: 10 });
    expect((await ask(orchestrator, 'archive')).status).toBe(200);
    const after = await read(orchestrator, '/v1/campaigns/sp4/report');
    expect([after.clients, after.states]).toEqual([before.clients, before.states]);
  });
});

test('an archive file that was cut is no report', async () => {
  const { createMemoryStore } = await import('../twin/memory-store.ts');
  await using orchestrator = await ended(createMemoryStore(Date.now));
  const { file } = (await ask(orchestrator, 'archive')).body;
  expect(readdirSync(join(orchestrator.folder, 'archive'))).toEqual(['sp4.0.jsonl']);
  chmodSync(file, 0o600);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  writeFileSync(file, `${lines.slice(0, -2).join('\n')}\n`);
  const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4/report');
  expect(body.error).toMatchObject({
    code: 'archive.file',
    message: expect.stringContaining('is not whole'),
  });
});

test('the command line archives, lists and reports', async () => {
  const { createMemoryStore } = await import('../twin/memory-store.ts');
  await using orchestrator = await ended(createMemoryStore(Date.now));
  const cli = (args: readonly string[]) => runHosted(orchestrator, args);
  const archived = await cli(['campaign', 'archive', 'sp4', '--reason', 'over', '--yes']);
  expect([archived.code, archived.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Campaign sp4 is archived, with its 10 clients: .*sp4\.0\.jsonl\nIts name is free\./,
    ),
  ]);
  expect((await cli(['campaign', 'list'])).stdout).toContain('There is no campaign yet');
  expect((await cli(['campaign', 'list', '--archived'])).stdout).toMatch(/sp4 +sms-sp4 +10 +9 /);
  expect((await cli(['campaign', 'report', 'sp4'])).stdout).toContain('archived by');
  for (const asked of [
    ['campaign', 'status', 'SP4'],
    ['campaign', 'pause', 'sp4', '--reason', 'x'],
    ['client', 'why', 'pc-1', '--campaign', 'sp4'],
  ])
    expect(await cli(asked)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /there is no campaign named sp4: it was archived at \S+\. Its report: servpack campaign report sp4/i,
      ),
    });
});
