import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { removeMarks } from '../../orchestrator/cli/commands/unmark.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import type { Commit } from '../../shared/store/upgrade-store.ts';
import { now, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount } from '../twin/recount.ts';
import { anna, bring, changes, contextOf, firstWave, rest, wide } from './admitted-clients.ts';

describe.each(storesAndShards)('an abort, on the %s store', (_name, open) => {
  test('cancels clients at rest, leaves open ones to finish, informs drivers, and answers with the numbers', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = '', d = ''] = await firstWave(orchestrator, 4);
    await bring(orchestrator.store, a, changes.deferred, rest);
    await bring(orchestrator.store, b, changes.deferredMarked, rest);
    await bring(orchestrator.store, c, changes.restarting, { ...rest, keepsSlots: true } as Commit['place']);
    await bring(orchestrator.store, d, (upgrade) => upgrade, { index: 'driven' });
    const asked = performance.now();
    const { status, body } = await orchestrator.ask(
      'POST',
      '/v1/campaigns/sp4/abort',
      { reason: 'wrong release' },
      anna,
    );
    expect([status, body]).toEqual([
      200,
      {
        campaign: 'sp4',
        status: 'aborted',
        because: 'wrong release',
        release: 'sms-sp4',
        stoppedInMs: expect.any(Number),
        cancelling: false,
        finishing: 2,
        stillMarked: 2,
      },
    ]);
    // The abort cannot have taken longer than the request.
    expect(body.stoppedInMs).toBeLessThanOrEqual(Math.ceil(performance.now() - asked));
    const settled = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: b });
    expect(settled?.upgrade.state).toMatchObject({
      end: 'cancelled',
      cause: 'campaign aborted',
      because: expect.stringContaining(
        'campaign sp4 was aborted by token default (says anna): wrong release',
      ),
    });
    const opened = await orchestrator.store.readUpgrade({ campaign: 'sp4', client: c });
    expect(opened).toMatchObject({
      index: 'due',
      finishing: true,
      upgrade: { memory: { request: { kind: 'end' } } },
    });
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: d }))?.inbox).toMatchObject([
      { type: 'EndRequested' },
    ]);
    const state = (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
    expect(state).toMatchObject({
      status: 'aborted',
      endedAt: null,
      stillMarked: 1,
      aborted: { by: 'token default (says anna)', stillMarked: 2, finishing: 2 },
      states: { cancelled: 8, waiting: 0, restarting: 1, active: 1 },
    });
    expect(await orchestrator.store.counters('sp4')).toEqual(await recount(orchestrator.store, 'sp4'));
    // A second round changes nothing: the driver has one message, not two.
    await drainCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: d }))?.inbox).toHaveLength(1);
  });

  test('ends the campaign at once where nothing has begun; a second abort is refused', async () => {
    await using orchestrator = await startRunning(await open());
    const ask = () => orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
    expect((await ask()).body).toMatchObject({ finishing: 0, stillMarked: 0, cancelling: false });
    await drainCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      endedAt: expect.any(String),
      states: { cancelled: 10 },
    });
    // The client's own pages say what the totals say.
    const client = 'pc-1';
    expect((await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body).toMatchObject({
      state: 'settled',
      end: 'cancelled',
      next: null,
    });
    expect((await orchestrator.ask('GET', `/v1/clients/${client}`)).body).toMatchObject({
      part: { campaign: 'sp4', state: 'cancelled' },
    });
    expect((await ask()).body.error.message).toBe('campaign sp4 was aborted already; nothing to abort');
  });

  test('leaves marks that unmark takes off the machines', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, a, changes.deferredMarked, rest);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
    await drainCampaigns().run(contextOf(orchestrator));
    const asked = await orchestrator.ask(
      'POST',
      '/v1/campaigns/sp4/unmark',
      { reason: 'wrong release' },
      anna,
    );
    expect(asked.body).toEqual({ campaign: 'sp4', reopened: 1, passedOver: 0 });
    const key = { campaign: 'sp4', client: a };
    const opened = await orchestrator.store.readUpgrade(key);
    expect(opened).toMatchObject({ index: 'due', finishing: true, upgrade: { attempt: 2 } });
    // A client counts as marked until its mark is taken off.
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      endedAt: null,
      stillMarked: 0,
      aborted: { stillMarked: 1, finishing: 1 },
    });
    expect((await orchestrator.store.begin(key, opened?.activation ?? 0, 'next', 60_000, now)).kind).toBe(
      'begun',
    );
    const again = await orchestrator.ask('POST', '/v1/campaigns/sp4/unmark', { reason: 'x' }, anna);
    expect(again.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 0 });
  });
});

test('unmark counts clients that are marked and still being finished, and names the command to repeat', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), wide);
  const [a = ''] = await firstWave(orchestrator, 1);
  const api = openApiClient({ url: orchestrator.url, token: orchestrator.token, user: 'anna' });
  const output = async () => {
    const done = unwrapped(await removeMarks(api, 'sp4', 'wrong release', 1));
    return done.lines(plainView);
  };
  await bring(orchestrator.store, a, changes.restarting, { ...rest, keepsSlots: true } as Commit['place']);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
  expect(await output()).toEqual([
    '1 client is still marked until its work in progress is completed. Then run: servpack campaign unmark sp4 --reason TEXT',
  ]);
});
