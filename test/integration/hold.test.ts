import { describe, expect, test } from 'vitest';
import { checkHolds } from '../../orchestrator/doctor/holds.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { entry } from '../contract/store/fixtures.ts';
import { expectUseful, notOk } from './doctor-checks.ts';
import { anna, contextOf, kim, wide } from './admitted-clients.ts';

const said = (answer: { readonly status: number; readonly body: { error: { message: string } } }) => [
  answer.status,
  answer.body.error.message,
];
const admittedAt = async ({ store }: SmallOrchestrator): Promise<readonly string[]> => {
  const upgrades = await Array.fromAsync(store.upgrades('sp4'));
  return upgrades.map(({ upgrade }) => upgrade.logonServer).toSorted();
};

describe.each(storesAndShards)('a hold on a logon server, on the %s store', (_name, open) => {
  const hold = (orchestrator: SmallOrchestrator, logonServers: readonly string[], who = anna) =>
    orchestrator.ask('POST', '/v1/campaigns/sp4/hold', { logonServers, reason: 'payroll' }, who);
  const release = (
    orchestrator: SmallOrchestrator,
    logonServers: readonly string[],
    who = anna,
    more: object = {},
  ) => orchestrator.ask('POST', '/v1/campaigns/sp4/release', { logonServers, ...more }, who);

  test('admits none of its clients until it is released, and all clients of the others', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    expect((await hold(orchestrator, ['ls-rom'])).body).toEqual({
      campaign: 'sp4',
      status: 'running',
      because: 'logon server LS-ROM is held: payroll',
      held: ['LS-ROM'],
      halted: null,
    });
    await runCampaigns().run(contextOf(orchestrator));
    const others = await admittedAt(orchestrator);
    expect([others.length > 0, others.includes('LS-ROM')]).toEqual([true, false]);
    expect((await release(orchestrator, ['LS-ROM'])).body).toMatchObject({ status: 'running', held: [] });
    await runCampaigns().run(contextOf(orchestrator));
    expect(await admittedAt(orchestrator)).toHaveLength(5);
  });

  test('and a pause: both must end', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    await hold(orchestrator, ['LS-ROM', 'LS-MIL']);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' }, anna);
    const resumed = await orchestrator.ask('POST', '/v1/campaigns/sp4/resume', {}, anna);
    expect(resumed.body).toMatchObject({ status: 'running', held: ['LS-ROM', 'LS-MIL'] });
    await runCampaigns().run(contextOf(orchestrator));
    expect(await admittedAt(orchestrator)).toEqual([]);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' }, anna);
    expect((await release(orchestrator, ['LS-ROM', 'LS-MIL'])).body.status).toBe('paused');
    await runCampaigns().run(contextOf(orchestrator));
    expect(await admittedAt(orchestrator)).toEqual([]);
  });

  test('says so and changes nothing where it is unknown, held already, not held, or held by another person', async () => {
    await using orchestrator = await startRunning(await open());
    const { store } = orchestrator;
    await hold(orchestrator, ['LS-ROM']);
    const before = await store.readCampaign('sp4');
    expect(said(await hold(orchestrator, ['LS-ROMA']))).toEqual([
      404,
      'campaign sp4 has no clients of a logon server LS-ROMA (did you mean LS-ROM?)',
    ]);
    expect(said(await hold(orchestrator, ['LS-MIL', 'elsewhere']))).toEqual([
      404,
      'campaign sp4 has no clients of a logon server elsewhere',
    ]);
    expect(said(await release(orchestrator, ['LS-MLI']))).toEqual([
      404,
      'campaign sp4 has no clients of a logon server LS-MLI (did you mean LS-MIL?)',
    ]);
    expect(said(await hold(orchestrator, ['LS-MIL', 'ls-rom'], kim))).toEqual([
      409,
      'logon server LS-ROM is held already in campaign sp4, by token default (says anna): payroll',
    ]);
    expect(said(await release(orchestrator, ['LS-MIL']))).toEqual([
      409,
      'logon server LS-MIL is not held in campaign sp4',
    ]);
    expect(said(await release(orchestrator, ['LS-ROM'], kim))).toEqual([
      409,
      'logon server LS-ROM was held by token default (says anna): payroll; ask them, or release it all the same with --override',
    ]);
    expect((await hold(orchestrator, [])).status).toBe(400);
    expect(
      said(await orchestrator.ask('POST', '/v1/campaigns/sp5/hold', { logonServers: ['a'], reason: 'x' })),
    ).toEqual([404, 'there is no campaign named sp5 (did you mean sp4?)']);
    expect(await store.readCampaign('sp4')).toEqual(before);
    expect((await hold(orchestrator, ['LS-MIL', 'ls-mil', 'LS-MIL'])).body.held).toEqual([
      'LS-ROM',
      'LS-MIL',
    ]);
    const overridden = await release(orchestrator, ['LS-ROM'], kim, { override: true, reason: 'off duty' });
    expect(overridden.status).toBe(200);
    const entries = await store.audit(3, { campaign: 'sp4' });
    expect(entries.map(({ who, from, to, because }) => [who, from, to, because])).toEqual([
      [
        'token default (says kim)',
        'running',
        'running',
        'logon server LS-ROM is released, which token default (says anna) had held (payroll): off duty',
      ],
      ['token default (says anna)', 'running', 'running', 'logon server LS-MIL is held: payroll'],
      ['token default (says anna)', 'running', 'running', 'logon server LS-ROM is held: payroll'],
    ]);
  });
});

test('a hold is said by every command that shows the campaign or its clients', async () => {
  await using orchestrator = await startRunning(undefined, wide);
  const body = { logonServers: ['LS-ROM'], reason: 'payroll' };
  await orchestrator.ask('POST', '/v1/campaigns/sp4/hold', body, anna);
  const says = async (...args: readonly string[]): Promise<string> =>
    (await runHosted(orchestrator, args)).stdout;
  const holder = 'token default (says anna)';
  const by = 'held by token default (says anna) since 2026-11-17T09:00:00Z: payroll';
  const way = 'servpack campaign release sp4 --server LS-ROM';
  expect(await says('campaign', 'status')).toMatch(/\nsp4 +sms-sp4 +running, LS-ROM held +10 /);
  for (const command of ['status', 'report']) {
    const text = await says('campaign', command, 'sp4');
    expect(text).toContain(
      `\nLS-ROM ${by}\n  held: nothing new starts on 7 clients that have not finished\n`,
    );
    expect(text).toMatch(/canary: waiting: .* waits for held logon server LS-ROM: \d of its clients there /);
    expect(text).toContain(`\ndo: ${way}   # anybody but ${holder} adds --override\n`);
  }
  const clients = (await says('campaign', 'clients', 'sp4')).split('\n');
  expect(clients.filter((line) => line.includes(`  ${by}`)).length).toBe(7);
  expect(clients.filter((line) => line.includes('LS-MIL') && line.includes('held')).length).toBe(0);
  const [head = '', ...rows] = (await says('campaign', 'clients', 'sp4', '--csv')).trim().split('\n');
  expect([head.endsWith(',held'), rows.filter((row) => row.endsWith(by.slice(5))).length]).toEqual([true, 7]);
  const client = clients.find((line) => line.includes(by))?.split(' ')[0] ?? '';
  const why = await says('client', 'why', client);
  expect(why).toContain(
    'logon server LS-ROM is held by token default (says anna) since 2026-11-17T09:00:00Z: payroll',
  );
  expect(why).toContain(way);
  await runCampaigns().run(contextOf(orchestrator));
  const [other] = await Array.fromAsync(orchestrator.store.upgrades('sp4'));
  expect(await says('audit', 'show', other?.key.client ?? '')).toMatch(
    /the campaign: running: logon server LS-ROM is held: payroll\n {4}by token default \(says anna\);/,
  );
});

test('doctor names the holds that are older than a day, in campaigns that are not over', async () => {
  await using orchestrator = await startRunning();
  const body = { logonServers: ['LS-ROM'], reason: 'payroll' };
  await orchestrator.ask('POST', '/v1/campaigns/sp4/hold', body, anna);
  const day = 24 * 60 * 60_000;
  const young = await checkHolds(orchestrator.store, now + day);
  expect(young.map(({ state, says }) => [state, says])).toEqual([
    [
      'ok',
      'campaign sp4: logon server LS-ROM is held by token default (says anna) since 2026-11-17T09:00:00Z: payroll',
    ],
  ]);
  const found = await checkHolds(orchestrator.store, now + day + 1);
  expectUseful(found);
  expect(notOk(found)).toEqual([
    'warning: campaigns: campaign sp4: logon server LS-ROM has been held for more than a day, by token default (says anna) since 2026-11-17T09:00:00Z: payroll',
  ]);
  expect(found[0]?.todo).toBe(
    'servpack campaign release sp4 --server LS-ROM, or ask token default (says anna)',
  );
  const record = await orchestrator.store.readCampaign('sp4');
  const holds = (record?.campaign.holds ?? []).map((each) => ({ ...each, at: now - day - 1 }));
  if (record !== null)
    await orchestrator.store.commitCampaign({ ...record.campaign, holds }, record.version, entry('sp4'));
  const { checks } = (await orchestrator.ask('GET', '/v1/doctor')).body;
  expect(notOk(checks).some((each) => each.includes('LS-ROM has been held for more than a day'))).toBe(true);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' }, anna);
  expect(await checkHolds(orchestrator.store, now + 2 * day)).toEqual([]);
});
