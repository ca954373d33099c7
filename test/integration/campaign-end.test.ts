import { describe, expect, test } from 'vitest';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { startCampaigns } from '../../orchestrator/rounds/start-campaigns.ts';
import type { Activation } from '../../shared/store/types.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import {
  fleetCsv,
  now,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { recount } from '../twin/recount.ts';
import { bring, changes, firstWave, rest, wide } from './admitted-clients.ts';

const atEnd = (does: string): string => `${wide}endAt: 2026-11-17 12:00 UTC\natEnd: ${does}\n`;
const endAt = Date.UTC(2026, 10, 17, 12);
const leaderAt = ({ store, jobs }: SmallOrchestrator, at: number) =>
  contextOver(store, standingClock(at), keepingDispatcher(jobs as Activation[]));
const statusOf = async (orchestrator: SmallOrchestrator) =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;

describe.each(storesAndShards)('the end of a campaign, on the %s store', (_name, open) => {
  test('with finish cancels those on which nothing has begun; the others are left to finish', async () => {
    await using orchestrator = await startRunning(await open(), atEnd('finish'));
    const [blocked = '', marked = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, blocked, changes.deferred, rest);
    await bring(orchestrator.store, marked, changes.deferredMarked, rest);
    const leader = leaderAt(orchestrator, endAt);
    await runCampaigns().run(leader);
    expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client: blocked })).toMatchObject({
      upgrade: { state: { end: 'cancelled', cause: "the campaign's end" } },
    });
    expect(await orchestrator.store.readUpgrade({ campaign: 'sp4', client: marked })).toMatchObject({
      index: 'due',
      upgrade: { state: { phase: 'deferred' } },
    });
    // No further client was admitted, although slots are free.
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'running',
      states: { waiting: 8, cancelled: 1, deferred: 1 },
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
    await runCampaigns().run(leader);
    expect((await orchestrator.store.audit(50, { campaign: 'sp4' })).map(({ because }) => because)).toContain(
      'its end 2026-11-17T12:00:00Z has come: nothing begins any more on a client on which nothing has begun, and the others are finished',
    );
  });

  test('with finish is over once nothing is left but clients that wait', async () => {
    await using orchestrator = await startRunning(await open(), atEnd('finish'));
    const [blocked = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, blocked, changes.deferred, rest);
    const leader = leaderAt(orchestrator, endAt);
    const round = runCampaigns();
    await round.run(leader);
    await round.run(leader);
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'aborted',
      endedAt: '2026-11-17T12:00:00Z',
      states: { waiting: 0, cancelled: 10 },
      aborted: { by: "the campaign's end" },
    });
    const { clients } = (await orchestrator.ask('GET', '/v1/campaigns/sp4/report')).body;
    expect(new Set(clients.map(({ cause }: { cause: string }) => cause))).toEqual(
      new Set(["the campaign's end"]),
    );
  });

  test('with cancel is an abort, also while a person has paused the campaign', async () => {
    await using orchestrator = await startRunning(await open(), atEnd('cancel'));
    const [blocked = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, blocked, changes.deferred, rest);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'payroll' });
    const round = drainCampaigns();
    await round.run(leaderAt(orchestrator, endAt));
    await round.run(leaderAt(orchestrator, endAt));
    expect(await statusOf(orchestrator)).toMatchObject({ status: 'aborted', states: { cancelled: 10 } });
  });

  test('comes also to a campaign that waits for its release', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    const text = `${atEnd('finish')}on: staged\n`;
    expect((await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text })).status).toBe(200);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    await startCampaigns().run(leaderAt(orchestrator, endAt - 1));
    expect(await statusOf(orchestrator)).toMatchObject({ status: 'waitingForRelease' });
    await startCampaigns().run(leaderAt(orchestrator, endAt));
    expect(await statusOf(orchestrator)).toMatchObject({
      status: 'aborted',
      aborted: { because: 'its end 2026-11-17T12:00:00Z has passed before the campaign began' },
    });
  });

  test('that has passed refuses the file', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    const text = `${wide}on: staged\nendAt: 2026-11-17 08:00 UTC\n`;
    const { body } = await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text });
    expect([body.error.code, new Date(now).toISOString()]).toEqual([
      'campaign.endPassed',
      '2026-11-17T09:00:00.000Z',
    ]);
  });
});
