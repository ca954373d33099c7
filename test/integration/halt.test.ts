import { describe, expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, contextOf, firstWave, kim } from './admitted-clients.ts';

describe.each(storesAndShards)('a halt, on the %s store', (_name, open) => {
  test('is shown with every campaign, holds admission, and is ended by another person only with an override', async () => {
    await using orchestrator = await startRunning(await open());
    const { body } = await orchestrator.ask('POST', '/v1/halt', { reason: 'phones ring' }, anna);
    const halted = { by: 'token default (says anna)', because: 'phones ring', at: '2026-11-17T09:00:00Z' };
    expect(body).toEqual({ halted });
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body).toMatchObject({
      halted,
      campaigns: [{ halted }],
    });
    await runCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.slotsInUse('sp4')).active).toBe(0);
    const [client = ''] = await firstWave(orchestrator, 1);
    expect((await orchestrator.ask('GET', `/v1/clients/${client}/why`)).body.because).toBe(
      'everything is halted by token default (says anna): phones ring',
    );
    expect((await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, kim)).body.error.message).toBe(
      'everything is halted already, by token default (says anna): phones ring',
    );
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, kim)).body.error.message).toMatch(
      /ask them, or .*--override$/,
    );
    expect((await orchestrator.ask('POST', '/v1/unhalt', { override: true }, kim)).body).toEqual({
      halted: null,
    });
    expect((await orchestrator.ask('POST', '/v1/unhalt', {}, kim)).body.error.message).toBe(
      'nothing is halted',
    );
    await runCampaigns().run(contextOf(orchestrator));
    expect((await orchestrator.store.slotsInUse('sp4')).active).toBe(2);
    const entries = (await orchestrator.store.audit(50)).filter(
      ({ to }) => to === 'halted' || to === 'going',
    );
    expect(entries.map(({ who, from, to, because }) => [who, from, to, because])).toEqual([
      [
        'token default (says kim)',
        'halted',
        'going',
        'everything may go on, which token default (says anna) had held (phones ring)',
      ],
      ['token default (says anna)', 'going', 'halted', 'phones ring'],
    ]);
  });

  test('leaves a paused campaign paused', async () => {
    await using orchestrator = await startRunning(await open());
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' }, anna);
    await orchestrator.ask('POST', '/v1/halt', { reason: 'x' }, anna);
    await orchestrator.ask('POST', '/v1/unhalt', {}, anna);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'paused',
      halted: null,
    });
  });
});
