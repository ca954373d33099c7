import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';

const fleet = `client,logonServer,zone,role,labels
pc-1,LS-PUN,Asia/Kolkata,workstation,office ring=canary
pc-2,LS-PUN,Asia/Kolkata,workstation,Office ring=early
pc-3,LS-HYD,Europe/Rome,workstation,kiosk site=HYD
pc-4,LS-HYD,Europe/Rome,workstation,
`;

let orchestrator: SmallOrchestrator;

beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleet });
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

const plan = (more: string) =>
  orchestrator.ask('POST', '/v1/campaigns/plan', {
    file: 'c.yaml',
    text: `campaign: sp4\nrelease: sms-sp4\n${more}\n`,
  });

const faultsOf = async (more: string): Promise<readonly string[]> => {
  const { body } = await plan(more);
  return (body.error?.faults ?? []).map(
    ({ line, column = '', key, wrong }: Record<string, string | number>) =>
      `${line}:${column} ${key} ${wrong}`,
  );
};

describe('a name that the fleet does not have', () => {
  test.each([
    ['labels: [office, ofice]', ['3: select.labels[1] names the label "ofice"', 'office']],
    ['labels: [OFICE]', ['3: select.labels[0] names the label "OFICE"', 'office']],
    ['logonServers: [ls-pnu]', ['3: select.logonServers[0] names the logon server "ls-pnu"', 'LS-PUN']],
    ['clients: [pc-1, pc-11]', ['3: select.clients[1] names the client "pc-11"', 'pc-1']],
    ['where: "!kisok"', ['3:20 select.where names the label "kisok"', 'kiosk']],
    ['where: "sit in (PUN, HYD)"', ['3:19 select.where names the label "sit"', 'site']],
    ['where: "site in (HYD, HDY)"', ['3:33 select.where names the label "site=HDY"', 'site=HYD']],
    ['where: "ring != cnary"', ['3:27 select.where names the label "ring=cnary"', 'ring=canary']],
    ['where: "logonservr = LS-PUN"', ['3:19 select.where names the label "logonservr"', 'logonServer']],
    ['where: "logonServer notin (LS-PUM)"', ['3:38 select.where names the logon server "LS-PUM"', 'LS-PUN']],
    ['where: "client != PC-11"', ['3:29 select.where names the client "PC-11"', 'pc-1']],
    ['where: "zone = Europe/Roma"', ['3:26 select.where names the time zone "Europe/Roma"', 'Europe/Rome']],
    ['where: "role = sever"', ['3:26 select.where names the role "sever"', 'server']],
    [
      'exclude: [{ clients: [pc-22], reason: a }]',
      ['3: select.exclude[0].clients[0] names the client "pc-22"', 'pc-2'],
    ],
    [
      'exclude: [{ where: kisok, reason: a }]',
      ['3:30 select.exclude[0].where names the label "kisok"', 'kiosk'],
    ],
    [
      'exclude: [{ logonServers: [LS-PUM], reason: a }]',
      ['3: select.exclude[0].logonServers[0] names the logon server "LS-PUM"', 'LS-PUN'],
    ],
  ] as const)('is refused with its place and the nearest name: %s', async (select, [fault, near]) => {
    expect(await faultsOf(`select: { ${select} }`)).toEqual([
      `${fault}, which the fleet does not have (did you mean ${near}?)`,
    ]);
  });

  test('is refused in a wave, too', async () => {
    const waves = [
      'waves:',
      '  - { name: canary, clients: [PC-1, pc-22] }',
      '  - name: pune',
      '    where: logonServer = LS-PUM',
      '  - { name: rest, rest: true }',
    ];
    expect(await faultsOf(waves.join('\n'))).toEqual([
      '4: waves[0].clients[1] names the client "pc-22", which the fleet does not have (did you mean pc-2?)',
      '6:26 waves[1].where names the logon server "LS-PUM", which the fleet does not have (did you mean LS-PUN?)',
    ]);
  });

  test('is no name in another spelling, and no word that is always right', async () => {
    const right = [
      'labels: [OFFICE]',
      'logonServers: [ls-pun, "\\\\\\\\LS-HYD"]',
      'clients: [PC-1]',
      'where: "Kiosk, SITE = hyd, LogonServer = \\\\\\\\LS-HYD"',
      'where: "role != server"',
    ];
    for (const select of right) expect((await plan(`select: { ${select} }`)).status).toBe(200);
  });

  test('is reported with all others, in the order of the file, and with the columns where a key is meant', async () => {
    const more = 'select:\n  where: "nothing, a=b,\n    zone = UTC"\n  labels: [nobody]';
    const { status, body } = await plan(more);
    expect([status, body.error.code, body.error.message]).toEqual([
      409,
      'campaign.unknownNames',
      'the campaign names what the fleet does not have: label "nobody", label "nothing", label "a", time zone "UTC"',
    ]);
    const lines = body.error.faults.map(({ line, column }: { line: number; column?: number }) => [
      line,
      column,
    ]);
    expect(lines).toEqual([
      [4, 11],
      [4, 20],
      [5, 12],
      [6, undefined],
    ]);
    expect(body.error.faults[0].expected).toBe(
      'a label of the fleet, or one of client, host, logonServer, zone, role, labels, port, hostKey',
    );
  });

  test('is refused at the creation, too, with exit code 1', async () => {
    const path = orchestrator.write('c.yaml', 'campaign: x\nrelease: r\nselect: { clients: [pc-12] }\n');
    for (const command of ['plan', 'create'])
      expect(await runHosted(orchestrator, ['campaign', command, path])).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'servpack: the campaign names what the fleet does not have: client "pc-12"\n' +
          `${path}:3: select.clients[0]: names the client "pc-12", which the fleet does not have (did you mean pc-1?), expected a client of the fleet\n`,
      });
  });
});

test('a plan that selects no client is refused, with exit code 1', async () => {
  const path = orchestrator.write('c.yaml', 'campaign: x\nrelease: r\nselect: { where: "office, kiosk" }\n');
  expect(await runHosted(orchestrator, ['campaign', 'plan', path])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'servpack: the campaign selects none of the 4 clients of the fleet: clients that fulfil office AND kiosk\n',
  });
});

test('a client that is left out is no part of the campaign, and the plan says its reason', async () => {
  await using ready = await startSmallOrchestrator();
  await ready.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleet });
  const file = {
    file: 'c.yaml',
    text: 'campaign: sp4\nrelease: r\non: staged\nselect: { exclude: [{ clients: [PC-3], reason: cash desk }] }\n',
  };
  const excluded = [{ reason: 'cash desk', clients: 1, names: ['pc-3'] }];
  for (const path of ['/v1/campaigns/plan', '/v1/campaigns'])
    expect((await ready.ask('POST', path, file)).body).toMatchObject({ fleet: 4, selected: 3, excluded });
  expect((await ready.ask('GET', '/v1/campaigns/sp4')).body.size).toBe(3);
  expect(await ready.store.readWaiting({ campaign: 'sp4', client: 'pc-3' })).toBeNull();
  const why = async (client: string) =>
    (await ready.ask('GET', `/v1/clients/${client}/why?campaign=sp4`)).body;
  expect((await why('pc-3')).error.message).toBe(
    'client pc-3 is not in campaign sp4, which leaves it out: cash desk',
  );
  expect((await ready.ask('GET', '/v1/clients/pc-3/why')).body.error.message).toBe(
    'client pc-3 is in no campaign; it is not in campaign sp4, which leaves it out: cash desk',
  );
  expect((await why('pc-1')).state).toBe('waiting');
  const [entry] = await ready.store.audit(1, { campaign: 'sp4' });
  expect(entry?.because).toMatch(/^3 clients in 3 waves, 1 left out, from the campaign file with SHA-256 /);
});

test('a plan that leaves every client out says so', async () => {
  expect(
    (await plan('select: { labels: [kiosk], exclude: [{ clients: [pc-3], reason: a }] }')).body.error.message,
  ).toBe(
    'the campaign selects none of the 4 clients of the fleet: clients with label kiosk; exclude leaves out 1 of them',
  );
});

test('a plan over an empty fleet says what to do', async () => {
  await using empty = await startSmallOrchestrator();
  const file = { file: 'c.yaml', text: 'campaign: sp4\nrelease: r\nselect: { clients: [pc-1] }\n' };
  expect(await empty.ask('POST', '/v1/campaigns/plan', file)).toMatchObject({
    status: 409,
    body: {
      error: { code: 'campaign.empty', message: expect.stringContaining('servpack fleet import FILE') },
    },
  });
});

test('a wave by hand has its clients, in any case, and the plan tells a wave without a client', async () => {
  const { body } = await plan(
    'waves: [{ name: a, clients: [PC-3] }, { name: b, where: kiosk }, { name: c, rest: true }]',
  );
  expect(body.waves.map(({ wave, clients }: Record<string, unknown>) => [wave, clients])).toEqual([
    ['a', 1],
    ['b', 0],
    ['c', 3],
  ]);
  expect(body.warnings).toContain('wave b has no client: no client is left that fulfils kiosk');
});

test('the limit of a logon server that no client has is a warning, and no fault', async () => {
  const { status, body } = await plan(
    'budgets: { logonServers: { LS-PNU: { maxDownloads: 5 }, ls-hyd: { maxDownloads: 5 } } }',
  );
  expect(status).toBe(200);
  expect(body.warnings.filter((warning: string) => warning.startsWith('budgets'))).toEqual([
    'budgets.logonServers names the logon server "LS-PNU", which the fleet does not have (did you mean LS-PUN?); this limit has no effect now',
  ]);
});

test('clients are found in any case, and a client that is spelled so comes first', async () => {
  await using twins = await startSmallOrchestrator();
  const row = { logonServer: 'LS', zone: 'UTC', role: 'workstation', labels: [] } as const;
  await twins.store.importFleet([
    { client: 'pc-1', host: 'a', ...row },
    { client: 'PC-1', host: 'b', ...row },
    { client: 'Pc-2', host: 'c', ...row },
  ]);
  const answer = (clients: string) =>
    twins.ask('POST', '/v1/campaigns/plan', {
      file: 'c.yaml',
      text: `campaign: sp4\nrelease: r\nselect: { clients: [${clients}] }\n`,
    });
  expect((await answer('PC-1, pC-2, PC-2')).body.selected).toBe(2);
  expect((await answer('Pc-1')).body.error.message).toContain('are one machine: they have the same name');
});

describe('a label that the last client of a running campaign has lost', () => {
  const more = 'membership: joins\nselect: { where: "!shop" }\n';
  const edit = (running: SmallOrchestrator, lines: string) =>
    running.ask('POST', '/v1/campaigns/sp4/edit', {
      file: 'c.yaml',
      text: campaignYaml('sp4', lines),
      reason: 'slower',
    });

  test('may stand in an edit as it stands in the file, and another unknown one may not', async () => {
    await using running = await startRunning(undefined, campaignYaml('sp4', more));
    const text = fleetCsv.replaceAll('shop', 'office');
    expect((await running.ask('POST', '/v1/fleet', { file: 'fleet.csv', text })).status).toBe(200);
    const budgets = 'budgets: { active: 3 }\n';
    const { status, body } = await edit(running, more.replace('!shop', '!shop, !sohp') + budgets);
    expect([status, body.error.faults.map(({ wrong }: { wrong: string }) => wrong)]).toEqual([
      409,
      ['names the label "sohp", which the fleet does not have'],
    ]);
    expect(await edit(running, more + budgets)).toMatchObject({ status: 200, body: { edition: 1 } });
    // The label is right in a later edition, too, when one of the kept ones has it.
    const without = 'membership: joins\nselect: { where: "office" }\n';
    expect(await edit(running, without)).toMatchObject({ status: 200, body: { edition: 2 } });
    expect(await edit(running, more)).toMatchObject({ status: 200, body: { edition: 3 } });
  });
});
