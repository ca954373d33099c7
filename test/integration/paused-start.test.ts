import { describe, expect, test } from 'vitest';
import { startCampaigns } from '../../orchestrator/rounds/start-campaigns.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { anna, kim } from './admitted-clients.ts';

describe.each(stores)('a campaign that waits for its start, on the %s store', (_name, open) => {
  const started = async (more: string, isStaged: boolean): Promise<SmallOrchestrator> => {
    const orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    if (isStaged) await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('sp4', more) });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    return orchestrator;
  };
  const ask = (orchestrator: SmallOrchestrator, what: string, body: object, who = anna) =>
    orchestrator.ask('POST', `/v1/campaigns/sp4/${what}`, body, who);
  const read = async (orchestrator: SmallOrchestrator) =>
    (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body;
  /** The leader's round at this time. */
  const roundAt = ({ store }: SmallOrchestrator, at: number) =>
    startCampaigns().run(contextOver(store, standingClock(at), keepingDispatcher([])));

  test('does not start while a person has paused it, and starts by the resume that says so', async () => {
    await using orchestrator = await started('on: staged\n', false);
    expect(await read(orchestrator)).toMatchObject({ status: 'waitingForRelease', paused: null });
    expect((await ask(orchestrator, 'pause', { reason: 'payroll runs' })).body).toMatchObject({
      status: 'waitingForRelease',
      because: 'payroll runs',
    });
    const staged = await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    expect(staged.body.started).toEqual([]);
    await roundAt(orchestrator, now + 1);
    expect(await read(orchestrator)).toMatchObject({
      status: 'waitingForRelease',
      paused: { by: 'token default (says anna)', missed: 'its release sms-sp4 is staged' },
    });
    expect((await ask(orchestrator, 'resume', {})).status).toBe(409);
    expect((await ask(orchestrator, 'resume', { startNow: true }, kim)).status).toBe(409);
    expect((await ask(orchestrator, 'resume', { startNow: true })).body).toMatchObject({
      status: 'running',
      because: 'resumed; its moment has passed',
    });
    const entries = await orchestrator.store.audit(9, { campaign: 'sp4' });
    expect(entries.slice(0, 3).map(({ who, because }) => [who, because])).toEqual([
      ['token default (says anna)', 'its release was staged'],
      ['token default (says anna)', 'resumed'],
      ['token default (says anna)', 'payroll runs'],
    ]);
  });

  test('waits for its time again after a resume that comes early', async () => {
    await using orchestrator = await started('startAt: 2026-11-17 20:00 UTC\n', true);
    await ask(orchestrator, 'pause', { reason: 'payroll runs' });
    expect((await ask(orchestrator, 'resume', {})).body).toMatchObject({ status: 'scheduled' });
    await roundAt(orchestrator, now + 60_000);
    expect((await read(orchestrator)).status).toBe('scheduled');
    await roundAt(orchestrator, Date.UTC(2026, 10, 17, 20));
    expect((await read(orchestrator)).status).toBe('running');
  });

  test('is postponed, also while it is paused, and unscheduled', async () => {
    await using orchestrator = await started('startAt: 2026-11-17 20:00 UTC\n', true);
    await ask(orchestrator, 'pause', { reason: 'payroll runs' });
    const to = { to: '2026-11-18 22:00 Europe/Rome', reason: 'payroll runs' };
    expect((await ask(orchestrator, 'postpone', to)).body).toMatchObject({
      status: 'scheduled',
      because: 'starts at 2026-11-18T21:00:00Z: payroll runs',
    });
    await roundAt(orchestrator, Date.UTC(2026, 10, 19));
    expect(await read(orchestrator)).toMatchObject({
      status: 'scheduled',
      startsAt: '2026-11-18T21:00:00Z',
      paused: { because: 'payroll runs' },
    });
    const bad = await ask(orchestrator, 'postpone', { ...to, to: 'tomorrow' });
    expect([bad.status, bad.body.error.code]).toEqual([400, 'input.moment']);
    const past = await ask(orchestrator, 'postpone', { ...to, to: '2026-11-17 08:00 UTC' });
    expect(past.body.error.message).toContain('2026-11-17T08:00:00Z has passed');
    const unscheduled = await ask(orchestrator, 'unschedule', { reason: 'not this week' }, kim);
    expect([unscheduled.status, unscheduled.body.error.message]).toEqual([
      409,
      expect.stringContaining('was paused by token default (says anna): payroll runs'),
    ]);
    const override = { reason: 'not this week', override: true };
    expect((await ask(orchestrator, 'unschedule', override, kim)).body.status).toBe('created');
    await roundAt(orchestrator, Date.UTC(2026, 10, 19));
    expect(await read(orchestrator)).toMatchObject({ status: 'created', paused: null });
    expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).body.status).toBe('scheduled');
  });
});
