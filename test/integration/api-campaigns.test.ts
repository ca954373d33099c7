import { printFaults } from '../../shared/input/input-fault.ts';
import { describe, expect, test } from 'vitest';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';

const file = (text: string, name = 'campaign.yaml') => ({ file: name, text });

describe.each(stores)('the API for campaigns on the %s store', (_name, open) => {
  /** Starts an orchestrator, imports the fleet and stages the release. */
  async function startReady(): Promise<SmallOrchestrator> {
    const orchestrator = await startSmallOrchestrator(await open());
    expect((await orchestrator.ask('POST', '/v1/fleet', file(fleetCsv, 'fleet.csv'))).body).toMatchObject({
      added: 10,
      changed: 0,
      total: 10,
    });
    expect(
      (await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) })).status,
    ).toBe(200);
    return orchestrator;
  }

  const create = (orchestrator: SmallOrchestrator, yaml: string) =>
    orchestrator.ask('POST', '/v1/campaigns', file(yaml));

  test('imports a fleet, or refuses the whole file with all its faults', async () => {
    await using orchestrator = await startReady();
    const bad = 'client,host,logonServer\npc-1,h1,\npc-2,h 2,LS\n';
    const { status, body } = await orchestrator.ask('POST', '/v1/fleet', file(bad, 'bad.csv'));
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'input.file',
      message: 'bad.csv has 2 faults; nothing was changed',
    });
    expect(body.error.faults).toMatchObject([
      { file: 'bad.csv', line: 2, key: 'logonServer' },
      { line: 3, key: 'host' },
    ]);
    const list = await orchestrator.ask('GET', '/v1/fleet?logonServer=LS-MIL&limit=2');
    expect(list.body).toMatchObject({
      total: 10,
      servers: 1,
      found: 3,
      logonServers: [
        { logonServer: 'LS-MIL', clients: 3 },
        { logonServer: 'LS-ROM', clients: 7 },
      ],
      clients: [{ client: 'pc-0', labels: ['office'] }, { client: 'pc-3' }],
    });
  });

  test('a client, a label and a logon server are found in any case', async () => {
    await using orchestrator = await startReady();
    const found = async (path: string) => (await orchestrator.ask('GET', path)).body;
    expect(await found('/v1/clients/PC-1')).toMatchObject({ client: { client: 'pc-1' } });
    expect(await found('/v1/fleet?label=OFFICE&logonServer=ls-mil')).toMatchObject({ found: 2 });
    const yaml = campaignYaml('sp5', 'select: { labels: [Office], logonServers: [ls-mil] }\n');
    expect((await orchestrator.ask('POST', '/v1/campaigns/plan', file(yaml))).body).toMatchObject({
      selected: 2,
    });
    const asked = await orchestrator.ask('GET', '/v1/clients/PC-77');
    expect([asked.status, asked.body.error.message]).toEqual([
      404,
      'there is no client named PC-77 in the fleet (did you mean pc-7?)',
    ]);
  });

  test('a dry run says the numbers and the faults of the import, and changes nothing', async () => {
    await using orchestrator = await startReady();
    const ask = (text: string, dryRun: boolean) =>
      orchestrator.ask('POST', '/v1/fleet', { ...file(text, 'more.csv'), dryRun });
    const before = (await orchestrator.ask('GET', '/v1/fleet')).body;
    const entries = await orchestrator.store.audit(100);
    const more = 'client,host,logonServer\npc-1,NT-1,LS-MIL\npc-50,NT-50,LS-MIL\n';
    const dry = await ask(more, true);
    const twins = 'client,host,logonServer\ntwin,nt-2,LS-ROM\nPC-3,x,LS-ROM\npc-4,NT-5,LS-MIL\n';
    const refused = await ask(twins, true);
    expect((await orchestrator.ask('GET', '/v1/fleet')).body).toEqual(before);
    expect(await orchestrator.store.audit(100)).toEqual(entries);
    const { instance: _own, ...same } = refused.body;
    expect((await ask(twins, false)).body).toMatchObject(same);
    expect(dry.body).toMatchObject({ added: 1, changed: 1, unchanged: 0, notInFile: 9, total: 11 });
    expect((await ask(more, false)).body).toEqual({ ...dry.body, dryRun: false });
    expect((await ask(more, true)).body).toMatchObject({ added: 0, changed: 0, unchanged: 2, clients: [] });
  });

  test('refuses a file that brings a second client of a machine in the fleet, with its line and the other client', async () => {
    await using orchestrator = await startReady();
    const rows = ['twin-of-1,nt-1,LS-ROM', 'PC-2,elsewhere,LS-ROM', 'pc-3,NT-4,LS-MIL', 'pc-50,NT-50,LS-MIL'];
    const text = ['client,host,logonServer', ...rows].join('\n');
    const { status, body } = await orchestrator.ask('POST', '/v1/fleet', file(text, 'more.csv'));
    expect([status, body.error.message]).toEqual([400, 'more.csv has 3 faults; nothing was changed']);
    expect(body.error.faults).toEqual([
      {
        file: 'more.csv',
        line: 2,
        key: 'host',
        wrong: 'is "nt-1", the host of client pc-1 in the fleet',
        expected: 'one client per host',
      },
      {
        file: 'more.csv',
        line: 3,
        key: 'client',
        wrong: 'is "PC-2", and client pc-2 of the fleet is the same name',
        expected: 'the spelling pc-2',
      },
      {
        file: 'more.csv',
        line: 4,
        key: 'host',
        wrong: 'is "NT-4", the host of client pc-4 in the fleet',
        expected: 'one client per host',
      },
    ]);
    expect((await orchestrator.ask('GET', '/v1/fleet?limit=0')).body.total).toBe(10);
    const exchange = 'client,host,logonServer\npc-3,NT-4,LS-MIL\npc-4,NT-3,LS-MIL\n';
    expect((await orchestrator.ask('POST', '/v1/fleet', file(exchange))).body).toMatchObject({ changed: 2 });
  });

  test('lets two campaigns not drive one machine, nor one campaign twice, whatever a fleet of an earlier version has', async () => {
    await using orchestrator = await startReady();
    const known = await orchestrator.store.readClient('pc-1');
    if (known === null) throw new Error('pc-1 is in the fleet');
    await orchestrator.store.importFleet([{ ...known, client: 'twin-of-1', host: 'nt-1' }]);
    const both = await create(orchestrator, campaignYaml('both'));
    expect([both.status, both.body.error]).toMatchObject([
      409,
      {
        code: 'campaign.twins',
        message: expect.stringContaining('are one machine: they have the same host'),
      },
    ]);
    const selecting = (name: string, client: string) =>
      `campaign: ${name}\nrelease: sms-sp4\nselect: { clients: [${client}] }\nwaves: [{ name: all, rest: true }]\n`;
    for (const [name, client] of [
      ['first', 'pc-1'],
      ['second', 'twin-of-1'],
    ] as const)
      expect((await create(orchestrator, selecting(name, client))).status).toBe(200);
    expect((await orchestrator.ask('POST', '/v1/campaigns/first/start')).body.status).toBe('running');
    expect((await orchestrator.ask('POST', '/v1/campaigns/second/start')).body.error).toEqual({
      code: 'campaign.overlap',
      message:
        'clients of this campaign are not finished in campaign first: twin-of-1 (the same machine as pc-1)',
    });
  });

  test('stages a release with the hashes of its files and the output of its command as evidence', async () => {
    await using orchestrator = await startReady();
    const { body } = await orchestrator.ask('GET', '/v1/releases');
    expect(body.releases).toMatchObject([
      {
        release: 'sms-sp4',
        product: 'sms-1.2',
        servicePack: 4,
        files: [{ name: 'appctl32.exe', size: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    ]);
    const [entry] = await orchestrator.store.audit(1);
    expect(entry).toMatchObject({
      to: 'staged',
      who: 'token default',
      because: expect.stringContaining('exit code 0'),
    });
    expect(await orchestrator.store.readEvidence(entry?.evidence ?? '')).toBe('staged\n');
  });

  test('stages nothing when the upgrade command fails, and says why', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    const { status, body } = await orchestrator.ask('POST', '/v1/releases', {
      path: writeRelease(orchestrator, 'echo no space left; exit 3'),
    });
    expect([status, body.error.code]).toEqual([409, 'upgradeFailed']);
    expect(body.error.message).toContain('no space left');
    expect((await orchestrator.ask('GET', '/v1/releases')).body).toMatchObject({ releases: [], total: 0 });
    const missing = await orchestrator.ask('POST', '/v1/releases', { path: '/nowhere/release.yaml' });
    expect([missing.status, missing.body.error.faults[0].wrong]).toEqual([
      400,
      'cannot be read (there is no such file or folder)',
    ]);
  });

  test('plans a campaign without a change', async () => {
    await using orchestrator = await startReady();
    const { body } = await orchestrator.ask(
      'POST',
      '/v1/campaigns/plan',
      file(campaignYaml('sp4', 'select: { labels: [office] }\n')),
    );
    expect(body).toMatchObject({
      campaign: 'sp4',
      releaseStaged: true,
      fleet: 10,
      selected: 6,
      servers: 1,
      left: 0,
    });
    expect(body.waves.map(({ wave, clients }: { wave: string; clients: number }) => [wave, clients])).toEqual(
      [
        ['canary', 2],
        ['rest', 4],
      ],
    );
    expect(body.logonServers).toEqual([
      { logonServer: 'LS-MIL', clients: 2 },
      { logonServer: 'LS-ROM', clients: 4 },
    ]);
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body).toMatchObject({
      halted: null,
      campaigns: [],
      total: 0,
      next: null,
    });
  });

  test('creates, starts, pauses and resumes a campaign, and audits each with who and why', async () => {
    await using orchestrator = await startReady();
    const anna = { 'x-servpack-user': encodeURIComponent('Anna Müller') };
    expect((await create(orchestrator, campaignYaml())).body).toMatchObject({ selected: 10 });
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body).toMatchObject({
      status: 'created',
      size: 10,
      startedAt: null,
    });
    const started = await orchestrator.ask('POST', '/v1/campaigns/sp4/start', undefined, anna);
    expect(started.body).toEqual({
      campaign: 'sp4',
      status: 'running',
      because: 'started',
      held: [],
      halted: null,
    });
    await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones ring' }, anna);
    const { body: paused } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(paused).toMatchObject({
      status: 'paused',
      paused: { by: 'token default (says Anna Müller)', because: 'phones ring', at: '2026-11-17T09:00:00Z' },
      states: { waiting: 10, active: 0 },
    });
    const resume = (body?: unknown) => orchestrator.ask('POST', '/v1/campaigns/sp4/resume', body);
    expect((await resume()).body.error.message).toContain(
      'was paused by token default (says Anna Müller): phones',
    );
    expect((await resume({ override: true })).body.status).toBe('running');
    const audit = await orchestrator.store.audit(4, { campaign: 'sp4' });
    expect(audit.map(({ who, from, to }) => [who, from, to])).toEqual([
      ['token default', 'paused', 'running'],
      ['token default (says Anna Müller)', 'running', 'paused'],
      ['token default (says Anna Müller)', 'created', 'running'],
      ['token default', '', 'created'],
    ]);
  });

  test('refuses a campaign that cannot be created, with one sentence', async () => {
    await using orchestrator = await startReady();
    await create(orchestrator, campaignYaml());
    const tooSmall = 'campaign: small\nrelease: sms-sp4\nwaves: [{ name: a, count: 3 }]\n';
    const refused: readonly [yaml: string, code: string, message: string, faults?: readonly string[]][] = [
      [
        campaignYaml(),
        'campaign.taken',
        'a campaign named sp4 exists already; choose another name, or delete or archive that one',
      ],
      [
        campaignYaml('b').replace('sms-sp4', 'sms-sp9'),
        'release.notStaged',
        'no release named sms-sp9 is staged (did you mean sms-sp4?); stage it first, or say on: staged in the campaign file',
      ],
      [
        campaignYaml('c', 'select: { labels: [office, shop] }\n'),
        'campaign.empty',
        'the campaign selects none of the 10 clients of the fleet: clients with label office AND label shop',
      ],
      [
        campaignYaml('f', 'ladder: [wait, replaceAtRestart]\n'),
        'campaign.ladder',
        'the ladder has replaceAtRestart, but servpack does not bring the files of sms-sp4 itself: the product profile sms-1.2 has route logon, and it needs route push',
        ['campaign.yaml:6: ladder[1]: is "replaceAtRestart", expected a step that route logon can do'],
      ],
      [
        campaignYaml('g', 'ladder:\n- { class: file, steps: [wait, replaceAtRestart] }\n'),
        'campaign.ladder',
        'the ladder has replaceAtRestart, but servpack does not bring the files of sms-sp4 itself: the product profile sms-1.2 has route logon, and it needs route push',
        [
          'campaign.yaml:7: ladder[0].steps[1]: is "replaceAtRestart", expected a step that route logon can do',
        ],
      ],
      [
        tooSmall,
        'campaign.leftOver',
        '7 of 10 selected clients are in no wave; enlarge the waves or end them with one that takes the rest (rest: true)',
      ],
    ];
    for (const [yaml, code, message, faults = []] of refused) {
      const answer = await create(orchestrator, yaml);
      expect(answer).toMatchObject({ status: 409, body: { error: { code, message } } });
      expect(printFaults(answer.body.error.faults ?? [])).toEqual(faults);
    }
    const faulty = await create(orchestrator, campaignYaml('e', 'budgets: { active: none }\n'));
    expect([faulty.status, faulty.body.error.faults[0].key]).toEqual([400, 'budgets.active']);
    expect((await orchestrator.ask('GET', '/v1/campaigns')).body.campaigns).toHaveLength(1);
  });

  test('refuses a release of an unknown product', async () => {
    await using orchestrator = await startReady();
    const audit = {
      at: 0,
      campaign: '',
      client: null,
      who: '',
      from: '',
      to: 'staged',
      because: '',
      evidence: null,
    };
    const release = { release: 'old', product: 'sms-0.9', servicePack: null, files: [] };
    await orchestrator.store.stageRelease(release, { sha256: 'x', text: '' }, audit);
    const { status, body } = await create(orchestrator, campaignYaml('old').replace('sms-sp4', 'old'));
    expect([status, body.error]).toEqual([
      409,
      {
        code: 'unknownProduct',
        message: expect.stringMatching(/^product "sms-0\.9" is not known \(did you mean sms-1\.2\?\): /),
      },
    ]);
  });

  test('refuses a campaign over an empty fleet, and says what to do first', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    const { body } = await create(orchestrator, campaignYaml('sp4', 'on: staged\n'));
    expect(body.error.message).toBe('the fleet is empty; import one first: servpack fleet import FILE');
  });

  test('refuses start, pause and resume that do not fit the status of the campaign', async () => {
    await using orchestrator = await startReady();
    await create(orchestrator, campaignYaml());
    const refusal = async (path: string, body?: object): Promise<string> =>
      (await orchestrator.ask('POST', `/v1/campaigns/${path}`, body)).body.error.message;
    expect(await refusal('sp4/pause', { reason: 'x' })).toBe(
      'campaign sp4 is not running: it has not been started',
    );
    expect(await refusal('sp4/resume')).toBe('campaign sp4 is not paused: it has not been started');
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    expect(await refusal('sp4/start')).toBe('campaign sp4 was started already: it is running');
    expect(await refusal('sp9/start')).toBe('there is no campaign named sp9 (did you mean sp4?)');
    await create(orchestrator, campaignYaml('second'));
    expect(await refusal('second/start')).toMatch(
      /^clients of this campaign are not finished in campaign sp4: .+, …$/,
    );
  });

  test('starts a campaign once when several requests come at the same moment', async () => {
    await using orchestrator = await startReady();
    await create(orchestrator, campaignYaml());
    const answers = await Promise.all(
      [1, 2, 3].map(() => orchestrator.ask('POST', '/v1/campaigns/sp4/start')),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  test('starts one of two campaigns that want the same clients at the same moment', async () => {
    await using orchestrator = await startReady();
    await create(orchestrator, campaignYaml());
    await create(orchestrator, campaignYaml('second'));
    const answers = await Promise.all(
      ['sp4', 'second'].map((name) => orchestrator.ask('POST', `/v1/campaigns/${name}/start`)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  test('starts a campaign that waits for its release when the release is staged', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', file(fleetCsv));
    await create(orchestrator, campaignYaml('first', 'on: staged\nselect: { labels: [office] }\n'));
    await create(orchestrator, campaignYaml('other', 'on: staged\nselect: { labels: [shop] }\n'));
    await create(orchestrator, campaignYaml('greedy', 'on: staged\n'));
    for (const name of ['first', 'other', 'greedy']) {
      expect((await orchestrator.ask('POST', `/v1/campaigns/${name}/start`)).body).toMatchObject({
        status: 'waitingForRelease',
      });
    }
    const staged = await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    // The third campaign wants clients of the first two, so it waits on.
    expect(new Set(staged.body.started)).toEqual(new Set(['first', 'other']));
    expect((await orchestrator.ask('GET', '/v1/campaigns/greedy')).body.status).toBe('waitingForRelease');
    const again = await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    expect(again.body.error.message).toMatch(
      /^release sms-sp4 is being rolled out by campaign (first|other), which is running; stage a changed one under another name$/,
    );
  });

  test('reports every client, ranks blockers, and answers 404 for unknown campaigns', async () => {
    await using orchestrator = await startReady();
    await create(orchestrator, campaignYaml());
    await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
    const { body: report } = await orchestrator.ask('GET', '/v1/campaigns/sp4/report');
    expect(report.clients).toHaveLength(10);
    expect(report).toMatchObject({
      status: 'running',
      blockers: [],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await orchestrator.ask('GET', '/v1/blockers')).body).toEqual({
      campaigns: ['sp4'],
      blockers: [],
    });
    for (const path of ['/v1/campaigns/sp9', '/v1/campaigns/sp9/report', '/v1/blockers?campaign=sp9']) {
      expect(await orchestrator.ask('GET', path)).toMatchObject({
        status: 404,
        body: {
          error: { code: 'notFound.campaign', message: 'there is no campaign named sp9 (did you mean sp4?)' },
        },
      });
    }
  });

  test('one logon server in three spellings has one budget, in two imports and in the campaign file', async () => {
    await using orchestrator = await startReady();
    const import_ = (text: string) => orchestrator.ask('POST', '/v1/fleet', file(text, 'more.csv'));
    await import_('client,host,logonServer\nPX1,px1.example,LS9\nPX2,px2.example,ls9\n');
    await import_('client,host,logonServer\nPX3,px3.example,Ls9\n');
    const text = campaignYaml('same').replace(/^select:.*$/m, '');
    const answer = await orchestrator.ask(
      'POST',
      '/v1/campaigns/plan',
      file(
        `${text}\nselect: { logonServers: [lS9] }\nbudgets: { logonServers: { ls9: { maxDownloads: 1 } } }\n`,
      ),
    );
    expect(answer.body).toMatchObject({ selected: 3, logonServers: [{ logonServer: 'LS9', clients: 3 }] });
  });
});
