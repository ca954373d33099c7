import { describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { bring, changes, firstWave } from './admitted-clients.ts';

const errorOf = async (orchestrator: SmallOrchestrator, path: string, body?: unknown) => {
  const answer = await orchestrator.ask(body === undefined ? 'GET' : 'POST', path, body);
  return [answer.status, answer.body.error?.message] as const;
};

const linesAt = async ({ url, token }: SmallOrchestrator, path: string): Promise<readonly string[]> => {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/x-ndjson' };
  const text = await (await fetch(`${url}${path}`, { headers })).text();
  return text.trim().split('\n');
};

describe.each(storesAndShards)('names in any case, on the %s store', (_name, open) => {
  test('find clients, campaigns, waves, logon servers and releases; the answer has the stored name', async () => {
    await using orchestrator = await startRunning(await open());
    const get = async (path: string) => (await orchestrator.ask('GET', path)).body;
    const post = async (path: string, body?: unknown) => (await orchestrator.ask('POST', path, body)).body;
    expect(await get('/v1/campaigns/SP4')).toMatchObject({ campaign: 'sp4', release: 'sms-sp4' });
    expect(await get('/v1/campaigns/Sp4/report')).toMatchObject({ campaign: 'sp4' });
    expect(await get('/v1/clients/PC-1')).toMatchObject({ client: { client: 'pc-1' } });
    expect(await get('/v1/clients/Pc-1/why?campaign=SP4')).toMatchObject({ client: 'pc-1', campaign: 'sp4' });
    expect(await get('/v1/blockers?campaign=SP4')).toMatchObject({ campaigns: ['sp4'] });
    expect(await post('/v1/campaigns/SP4/pause', { reason: 'x' })).toMatchObject({ campaign: 'sp4' });
    expect(await post('/v1/campaigns/SP4/resume', {})).toMatchObject({ campaign: 'sp4', status: 'running' });
    expect(await linesAt(orchestrator, '/v1/campaigns/SP4/clients?wave=Canary')).toHaveLength(2);
    expect(await linesAt(orchestrator, '/v1/campaigns/SP4/clients?server=ls-mil')).toHaveLength(3);
    expect(await post('/v1/campaigns/SP4/checkin', { wave: 'CANARY', server: 'ls-rom' })).toMatchObject({
      campaign: 'sp4',
    });
    const [token] = await linesAt(orchestrator, '/v1/fleet/tokens?client=PC-1');
    expect(JSON.parse(token ?? '')).toMatchObject({ client: 'pc-1' });
    expect(await post('/v1/fleet/tokens/revoke', { client: 'PC-1', reason: 'x' })).toEqual({
      client: 'pc-1',
      least: 2,
    });
    const { client, entries } = await get('/v1/audit/clients/PC-1');
    const own = entries.filter((entry: { client: string | null }) => entry.client !== null);
    expect([client, own.length]).toEqual(['pc-1', 1]);
    expect(await linesAt(orchestrator, '/v1/audit/export?client=PC-1')).toHaveLength(1);
    const ofCampaign = await linesAt(orchestrator, '/v1/audit/export?campaign=sP4');
    expect(ofCampaign.map((line) => JSON.parse(line).campaign)).toContain('sp4');
    expect(await get('/v1/releases/SMS-SP4/servers')).toMatchObject({ release: 'sms-sp4' });
    expect(await get('/v1/fleet?logonServer=ls-rom&label=OFFICE')).toMatchObject({ found: 4 });
    const survey = await post('/v1/surveys', {
      targets: { from: 'names', names: ['PC-1', 'pc-1'] },
      product: 'SMS-1.2',
      release: 'SMS-SP4',
    });
    expect(survey).toMatchObject({ what: 'pc-1', total: 1, product: 'sms-1.2', release: 'sms-sp4' });
    expect(await get(`/v1/surveys/${survey.survey.toUpperCase()}`)).toMatchObject({ survey: survey.survey });
    const fleet = await post('/v1/surveys', { targets: { from: 'fleet', logonServers: ['ls-mil'] } });
    expect(fleet).toMatchObject({ what: 'the fleet, logon server LS-MIL', total: 3 });
  });

  test('are stored once: no campaign, release or wave differs from another one by case only', async () => {
    await using orchestrator = await startRunning(await open());
    const created = await errorOf(orchestrator, '/v1/campaigns', {
      file: 'c.yaml',
      text: campaignYaml('SP4').replace('release: sms-sp4', 'release: SMS-SP4'),
    });
    expect(created).toEqual([409, 'a campaign named sp4 exists already, and SP4 is the same name']);
    const other = await orchestrator.ask('POST', '/v1/campaigns', {
      file: 'c.yaml',
      text: campaignYaml('next').replace('release: sms-sp4', 'release: SMS-SP4'),
    });
    expect(other.body).toMatchObject({ campaign: 'next', release: 'sms-sp4', releaseStaged: true });
    const path = writeRelease(orchestrator, 'echo staged', 'SMS-SP4');
    expect(await errorOf(orchestrator, '/v1/releases', { path, override: false })).toEqual([
      409,
      'a release named sms-sp4 is staged already, and SMS-SP4 is the same name',
    ]);
    const waves = campaignYaml('waves').replace('name: rest', 'name: Canary');
    const faulty = await orchestrator.ask('POST', '/v1/campaigns/plan', { file: 'c.yaml', text: waves });
    expect(faulty.body.error.faults).toMatchObject([{ key: 'waves[1].name', wrong: 'is "canary" again' }]);
    const both = await orchestrator.ask('POST', '/v1/fleet', {
      file: 'f.csv',
      text: 'client,logonServer\nnew-1,LS-ROM\nNEW-1,LS-ROM\n',
    });
    expect(both.body.error.faults).toMatchObject([{ line: 3, wrong: 'is "NEW-1", as in line 2' }]);
  });

  test('that are not known are answered with the nearest one that is', async () => {
    await using orchestrator = await startRunning(await open());
    const no = (what: string, near: string) => [404, `${what} (did you mean ${near}?)`];
    expect(await errorOf(orchestrator, '/v1/campaigns/sp5')).toEqual(
      no('there is no campaign named sp5', 'sp4'),
    );
    expect(await errorOf(orchestrator, '/v1/campaigns/sp44/pause', { reason: 'x' })).toEqual(
      no('there is no campaign named sp44', 'sp4'),
    );
    expect(await errorOf(orchestrator, '/v1/campaigns/sp4/clients?wave=cnary')).toEqual([
      404,
      'campaign sp4 has no wave cnary (did you mean canary?); its waves are canary, rest',
    ]);
    expect(await errorOf(orchestrator, '/v1/campaigns/sp4/clients?server=LS-RMO')).toEqual(
      no('campaign sp4 has no clients of a logon server LS-RMO', 'LS-ROM'),
    );
    expect(await errorOf(orchestrator, '/v1/fleet?logonServer=LS-RMO')).toEqual(
      no('the fleet has no clients of a logon server LS-RMO', 'LS-ROM'),
    );
    const targets = { from: 'fleet', logonServers: ['LS-RMO'] };
    expect(await errorOf(orchestrator, '/v1/surveys', { targets })).toEqual(
      no('the fleet has no clients of a logon server LS-RMO', 'LS-ROM'),
    );
    expect(await errorOf(orchestrator, '/v1/releases/sms-sp/servers')).toEqual(
      no('there is no release named sms-sp', 'sms-sp4'),
    );
    const product = { targets: { from: 'fleet' }, product: 'sms-1.3' };
    expect((await errorOf(orchestrator, '/v1/surveys', product))[1]).toContain('(did you mean sms-1.2?)');
    for (const [typed, near] of [
      ['srv-11', 'srv-1'],
      ['SVR-1', 'srv-1'],
      ['srv-001', 'srv-1'],
      ['srv1', 'srv-1'],
    ])
      for (const path of [
        `/v1/clients/${typed}`,
        `/v1/clients/${typed}/why`,
        `/v1/fleet/tokens?client=${typed}`,
      ])
        expect([path, ...(await errorOf(orchestrator, path))]).toEqual([
          path,
          ...no(`there is no client named ${typed} in the fleet`, near ?? ''),
        ]);
    expect((await errorOf(orchestrator, '/v1/clients/elsewhere'))[1]).toBe(
      'there is no client named elsewhere in the fleet',
    );
    expect((await errorOf(orchestrator, '/v1/fleet/remove', { clients: ['srv-11'] }))[1]).toBe(
      'nothing was removed: there is no client named srv-11 in the fleet (did you mean srv-1?)',
    );
  });

  test('say of a client that was removed where it went', async () => {
    await using orchestrator = await startRunning(await open());
    const [client = ''] = await firstWave(orchestrator, 1);
    await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
    await orchestrator.ask('POST', '/v1/fleet/remove', { clients: [client] });
    expect(await errorOf(orchestrator, `/v1/clients/${client.toUpperCase()}`)).toEqual([
      404,
      `there is no client named ${client} in the fleet (${client} was removed from it: servpack audit show ${client})`,
    ]);
  });
});

test('a client that was probably meant is looked for among few names, however large the fleet is', async () => {
  const store = createMemoryStore(() => now);
  const asked: number[] = [];
  await using orchestrator = await startSmallOrchestrator({
    ...store,
    fleet: () => {
      throw new Error('the fleet is not read');
    },
    fleetNames: () => {
      throw new Error('the fleet is not read');
    },
    spellings: (names) => (asked.push(names.length), store.spellings(names)),
  });
  await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text: fleetCsv });
  for (const typed of ['pcc-1', `a-1${'x'.repeat(59)}`]) await errorOf(orchestrator, `/v1/clients/${typed}`);
  expect(Math.max(...asked)).toBeGreaterThan(100);
  expect(Math.max(...asked)).toBeLessThan(5_000);
});

test('the command line takes names in any case, and prints them as they are stored', async () => {
  await using orchestrator = await startRunning();
  for (const [command, says] of [
    ['client checkin PC-7', /^pc-7: nothing to do: it is waiting in campaign sp4/],
    ['client skip PC-7 --reason x --campaign SP4', /^pc-7 in campaign sp4: skipped by /],
    ['client why PC-7', /^pc-7: finished, skipped, in campaign sp4/],
    ['campaign clients SP4 --wave Canary', /\n2 clients\n$/],
    ['fleet revoke-tokens PC-7 --reason x', /^pc-7: check-in tokens below generation 2 .*\n.*tokens pc-7\n$/],
    ['fleet tokens PC-7', /\npc-7 +2 /],
    ['audit show PC-7', /pc-7/],
    ['campaign status SP4', /^campaign sp4 /],
  ] as const) {
    const { stdout, stderr } = await runHosted(orchestrator, command.split(' '));
    expect([command, stderr, stdout]).toEqual([command, '', expect.stringMatching(says)]);
  }
});
