import { describe, expect, test } from 'vitest';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna } from './admitted-clients.ts';

describe.each(storesAndShards)('a release that is withdrawn, on the %s store', (_name, open) => {
  async function startReady(): Promise<SmallOrchestrator> {
    const orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml() });
    return orchestrator;
  }
  const withdraw = (orchestrator: SmallOrchestrator) =>
    orchestrator.ask('POST', '/v1/releases/sms-sp4/withdraw', { reason: 'restarts do not come back' }, anna);

  test('starts no campaign until it is staged again, which needs an override', async () => {
    await using orchestrator = await startReady();
    expect((await withdraw(orchestrator)).body).toEqual({ release: 'sms-sp4', waiting: [] });
    const because = 'was withdrawn by token default (says anna): restarts do not come back';
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.error.message).toBe(
      `release sms-sp4 ${because}; nothing is started with it until it is staged again`,
    );
    const path = writeRelease(orchestrator);
    expect((await orchestrator.ask('POST', '/v1/releases', { path })).body.error.message).toContain(because);
    expect((await orchestrator.ask('POST', '/v1/releases', { path, override: true })).status).toBe(200);
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.status).toBe('running');
  });

  test('is not withdrawn while a campaign rolls it out', async () => {
    await using orchestrator = await startReady();
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    expect((await withdraw(orchestrator)).body.error.message).toBe(
      'release sms-sp4 is being rolled out by campaign sp4, which is running; abort that one first',
    );
    expect((await orchestrator.store.readRelease('sms-sp4'))?.withdrawn).toBeUndefined();
  });

  test('may have a version in its name', async () => {
    await using orchestrator = await startReady();
    await orchestrator.ask('POST', '/v1/releases', {
      path: writeRelease(orchestrator, 'echo staged', 'sms-1.2-sp4'),
    });
    const asked = await orchestrator.ask(
      'POST',
      '/v1/releases/sms-1.2-sp4/withdraw',
      { reason: 'wrong' },
      anna,
    );
    expect(asked.body).toEqual({ release: 'sms-1.2-sp4', waiting: [] });
    expect((await orchestrator.ask('GET', '/v1/releases/sms-1.2-sp4/servers')).status).toBe(200);
    expect((await orchestrator.ask('GET', '/v1/releases/a%2Fb/servers')).body.error.message).toContain(
      'is not a name of 1 to 63 letters, digits, dots, - and _',
    );
  });

  test('is shown with the campaigns that wait for it', async () => {
    await using orchestrator = await startReady();
    const later = campaignYaml('later', 'startAt: "2026-12-24 22:00 Europe/Rome"\n');
    expect((await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: later })).status).toBe(
      200,
    );
    expect((await orchestrator.ask('POST', '/v1/campaigns/later/start')).body.status).toBe('scheduled');
    expect((await withdraw(orchestrator)).body).toEqual({ release: 'sms-sp4', waiting: ['later'] });
    expect((await orchestrator.ask('GET', '/v1/campaigns/later')).body.withdrawn).toMatchObject({
      by: 'token default (says anna)',
      because: 'restarts do not come back',
    });
  });

  test('is not started by a campaign that starts at the same moment', async () => {
    await using orchestrator = await startReady();
    const [started, withdrawn] = await Promise.all([
      orchestrator.ask('POST', '/v1/campaigns/sp4/start'),
      withdraw(orchestrator),
    ]);
    const isRunning = (await orchestrator.store.readCampaign('sp4'))?.campaign.state.status === 'running';
    const isWithdrawn = (await orchestrator.store.readRelease('sms-sp4'))?.withdrawn !== undefined;
    expect(new Set([started.status, withdrawn.status])).toEqual(new Set([200, 409]));
    expect(isRunning).toBe(!isWithdrawn);
  });
});
