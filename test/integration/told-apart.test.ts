import { describe, expect, test } from 'vitest';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { plainView, type View } from '../../orchestrator/cli/render/view.ts';
import { statusAnswer } from '../../orchestrator/http/schemas/campaigns.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, bring, changes, contextOf, firstWave, rest, wide } from './admitted-clients.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';

/** A terminal whose colours are words. */
const painted: View = { width: 80, isTerminal: true, paint: (style, text) => `<${style}>${text}</>` };

describe.each(storesAndShards)('what became of clients is told apart, on the %s store', (_name, open) => {
  test('an aborted campaign with nothing upgraded says so, and is not green', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'wrong release' }, anna);
    await drainCampaigns().run(contextOf(orchestrator));
    const status = statusAnswer.parse((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body);
    expect(status.states).toMatchObject({ upgraded: 0, alreadyCurrent: 0, skipped: 0, cancelled: 10 });
    expect(status.waves.map(({ gate }) => gate)).toEqual([
      'cancelled: 0 upgraded, 5 cancelled',
      'cancelled before it opened',
    ]);
    const text = statusLines(plainView, status).join('\n');
    expect(text).toContain('0 of 10 clients finished (0 %): 0 upgraded, 10 cancelled');
    expect(text).not.toMatch(/passed|all ok|100 %/);
    expect(statusLines(painted, status).join('\n')).not.toContain('<green>█');
  });

  test('while a campaign is paused, what nothing starts on is shown as held', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = '', c = ''] = await firstWave(orchestrator, 3);
    await bring(orchestrator.store, a, (upgrade) => upgrade, rest);
    await bring(orchestrator.store, b, changes.restarting, rest);
    await bring(orchestrator.store, c, changes.deferred, rest);
    const status = async () => statusAnswer.parse((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body);
    expect(await status()).toMatchObject({ held: null, states: { active: 1, restarting: 1, deferred: 1 } });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' }, anna);
    expect((await status()).held).toEqual({ active: 1, remedying: 0 });
    expect(statusLines(plainView, await status())).toContain(
      'held: nothing new starts on any client; 1 client in progress is held; work on 1 client is being completed',
    );
    expect((await status()).actions).toEqual([
      'servpack campaign resume sp4   # anybody but token default (says anna) adds --override',
    ]);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', {}, anna);
    await orchestrator.ask('POST', '/v1/halt', { reason: 'network' }, anna);
    expect(await status()).toMatchObject({
      held: { active: 1, remedying: 0 },
      actions: ['servpack unhalt   # anybody but token default (says anna) adds --override'],
    });
  });

  test('clients that wait are listed by how long, and looked at again by what they wait for', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    const old = { history: { waits: { logon: Date.UTC(2026, 0, 1) }, deferrals: { logon: 7 } } };
    await bring(orchestrator.store, a, (upgrade) => withMemory(changes.deferredMarked(upgrade), old), rest);
    await bring(orchestrator.store, b, changes.deferred, rest);
    const list = async (query: string) => {
      const headers = { authorization: `Bearer ${orchestrator.token}`, accept: 'application/x-ndjson' };
      const url = `${orchestrator.url}/v1/campaigns/sp4/clients?${query}`;
      const lines = (await (await fetch(url, { headers })).text()).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
    };
    expect(await list('stuck=3d')).toMatchObject([
      { client: a, waitsFor: 'logon', since: '2026-01-01T00:00:00Z', tries: 7, next: expect.any(String) },
    ]);
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4/clients?stuck=soon')).status).toBe(400);
    const again = await orchestrator.ask('POST', '/v1/campaigns/sp4/checkin', { cause: 'logon' }, anna);
    expect(again.body).toEqual({ campaign: 'sp4', asked: 1, looks: 1 });
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: a }))?.inbox).toMatchObject([
      { type: 'CheckedIn' },
    ]);
    expect((await orchestrator.store.readUpgrade({ campaign: 'sp4', client: b }))?.inbox).toEqual([]);
  });

  test('`client why` speaks of the campaign that runs, and names the others', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const later = wide.replace('campaign: sp4', 'campaign: sp5');
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: later });
    const waits = (await firstWave(orchestrator, 1))[0] ?? '';
    expect((await orchestrator.ask('GET', `/v1/clients/${waits}/why`)).body).toMatchObject({
      campaign: 'sp4',
      others: [{ campaign: 'sp5', status: 'created' }],
    });
    expect((await orchestrator.ask('GET', `/v1/clients/${waits}/why?campaign=sp5`)).body).toMatchObject({
      campaign: 'sp5',
      others: [{ campaign: 'sp4', status: 'running' }],
    });
  });
});
