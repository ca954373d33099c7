import { describe, expect, test } from 'vitest';
import { planRules } from '../../orchestrator/views/plan-rules.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { campaign as given } from '../domain/given-campaign.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { stores } from '../fixtures/stores.ts';
import { anna } from './admitted-clients.ts';

const yaml = (name: string, more = ''): string =>
  `campaign: ${name}\nrelease: sms-sp4\nwaves: [{ name: all, rest: true }]\n${more}`;

describe.each(stores)('the plan of a campaign, on the %s store', (_name, open) => {
  const ready = async (): Promise<SmallOrchestrator> => {
    const orchestrator = await startSmallOrchestrator(await open());
    await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
    await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
    return orchestrator;
  };
  const ask = (orchestrator: SmallOrchestrator, path: string, text: string) =>
    orchestrator.ask('POST', path, { file: 'c.yaml', text });
  const warnings = async (orchestrator: SmallOrchestrator, text: string): Promise<readonly string[]> =>
    (await ask(orchestrator, '/v1/campaigns/plan', text)).body.warnings;

  test('says that its start time has passed, and the creation is refused', async () => {
    await using orchestrator = await ready();
    const late = yaml('sp4', 'startAt: 2026-11-16 22:00 Europe/Rome\n');
    const passed =
      'startAt 2026-11-16T21:00:00Z has passed: it is 2026-11-17T09:00:00Z, and the campaign would begin as soon as somebody starts it';
    expect(await warnings(orchestrator, late)).toEqual([passed]);
    const refused = await ask(orchestrator, '/v1/campaigns', late);
    expect([refused.status, refused.body.error]).toMatchObject([
      409,
      {
        code: 'campaign.startPassed',
        message: `${passed}; correct startAt, or leave it out to begin at the start`,
      },
    ]);
    // Within a minute the author is only a little late.
    const now = yaml('sp4', 'startAt: 2026-11-17 08:59 UTC\n');
    expect(await warnings(orchestrator, now)).toEqual([]);
    expect((await ask(orchestrator, '/v1/campaigns', now)).status).toBe(200);
  });

  test('names every campaign that wants its clients, and how many', async () => {
    await using orchestrator = await ready();
    await ask(orchestrator, '/v1/campaigns', yaml('office', 'select: { labels: [office] }\n'));
    await ask(orchestrator, '/v1/campaigns', yaml('later', 'startAt: 2026-11-18 22:00 UTC\n'));
    await orchestrator.ask('POST', '/v1/campaigns/later/start');
    await ask(orchestrator, '/v1/campaigns', yaml('other', 'select: { clients: [pc-8] }\n'));
    const shop = yaml('sp4', 'select: { labels: [shop] }\n');
    const sooner = (name: string, clause: string, count: number): string =>
      `campaign ${name} ${clause} and wants ${count} of these clients, too: whichever of the two starts first keeps the other from its start`;
    expect((await warnings(orchestrator, shop)).toSorted()).toEqual([
      sooner('later', 'is scheduled and has not started', 4),
      sooner('other', 'has not been started', 1),
    ]);
    await orchestrator.ask('POST', '/v1/campaigns/other/start');
    const atWork = (clause: string): string =>
      `campaign other ${clause} and has not finished 1 of these clients: this one does not start before it has`;
    expect(await warnings(orchestrator, shop)).toContain(atWork('is running'));
    await orchestrator.ask('POST', '/v1/campaigns/other/pause', { reason: 'x' }, anna);
    expect(await warnings(orchestrator, shop)).toContain(atWork('is paused'));
    await orchestrator.ask('POST', '/v1/campaigns/other/abort', { reason: 'x' }, anna);
    expect((await warnings(orchestrator, shop)).filter((each) => each.startsWith('campaign other'))).toEqual(
      [],
    );
  });

  test('says what campaign prove asks by the file, a sentence for each property', async () => {
    await using orchestrator = await ready();
    const proveOf = async (more: string): Promise<unknown> => {
      const { body } = await ask(orchestrator, '/v1/campaigns/plan', yaml('sp4', more));
      return body.rules.find(({ rule }: { readonly rule: string }) => rule === 'prove')?.says;
    };
    const tail = '; the campaign itself does not change by it';
    expect(await proveOf('prove: { neverDown: { most: 1, per: site }, loggedOn: true }\n')).toBe(
      `campaign prove asks: never more than 1 client of each site is down at once; nobody who is logged on is restarted${tail}`,
    );
    expect(await proveOf('prove: { neverDown: { most: 0 }, loggedOn: false }\n')).toBe(
      `campaign prove asks: no client of any logon server is ever down; whether a person who is logged on is restarted is not asked${tail}`,
    );
    expect(await proveOf('prove: {}\n')).toBe(`campaign prove asks: what it asks of every policy${tail}`);
    expect(await proveOf('')).toBeUndefined();
  });

  test('says who withdrew its release', async () => {
    await using orchestrator = await ready();
    await orchestrator.ask('POST', '/v1/releases/sms-sp4/withdraw', { reason: 'wrong files' }, anna);
    expect(await warnings(orchestrator, yaml('sp4', 'on: staged\n'))).toEqual([
      'release sms-sp4 was withdrawn by token default (says anna): wrong files; nothing starts with it until it is staged again',
    ]);
  });
});

test('a release that nobody has staged is named in plan, creation and simulation, with the one that is near', async () => {
  await using orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const text = yaml('sp4').replace('sms-sp4', 'smd-sp4');
  const post = (path: string, body: object = {}) =>
    orchestrator.ask('POST', path, { file: 'c.yaml', text, ...body });
  const finding = 'no release named smd-sp4 is staged (did you mean sms-sp4?)';
  expect((await post('/v1/campaigns/plan')).body.warnings).toEqual([
    `${finding}: the campaign cannot be created before it is`,
  ]);
  const waiting = { text: `${text}on: staged\n` };
  expect((await post('/v1/campaigns/plan', waiting)).body.warnings).toEqual([
    `${finding}: the campaign would wait until it is`,
  ]);
  expect((await post('/v1/campaigns')).body.error.message).toBe(
    `${finding}; stage it first, or say on: staged in the campaign file`,
  );
  const invented =
    'release smd-sp4 is an invented one of this name, with a new content for each file, staged everywhere';
  const simulated = await post('/v1/campaigns/simulate', { budgets: {} });
  expect(simulated.body.assumptions).toContain(`${invented}; ${finding}`);
  const file = orchestrator.write('c.yaml', text);
  const plan = await runHosted(orchestrator, ['campaign', 'plan', file]);
  expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining(`\nwarning: ${finding}: `)]);
  const args = ['campaign', 'simulate', file, '--clients', '40', '--replicates', '0'];
  expect((await runHosted(orchestrator, args)).stdout).toContain(`\nassumed: ${invented}\n`);
  // A release that is there is not looked up either.
  const staged = await post('/v1/campaigns/simulate', { text: yaml('sp4'), budgets: {} });
  expect(staged.body.assumptions).toContain(invented.replace('smd', 'sms'));
});

describe('the rules of a campaign file', () => {
  const says = (change: object, policy: object = {}): Record<string, string> =>
    Object.fromEntries(
      planRules({
        ...given.definition,
        ...change,
        policy: { ...given.definition.policy, ...policy },
      }).map(({ rule, says: words }) => [rule, words]),
    );

  test('are one line each', () => {
    const window = { days: [1, 5], from: 22 * 60, to: 5 * 60 + 30 };
    const { restart } = given.definition.policy;
    const all = says(
      {
        start: 'whenStaged',
        startAt: Date.UTC(2026, 10, 23, 21),
        budgets: { active: 100, perLogonServer: 25, maxDownloads: { everywhere: 10, at: { 'LS-PUN': 5 } } },
      },
      {
        window,
        ladder: ['wait', 'notify', 'relocation'],
        noticeMs: 600_000,
        restart: { ...restart, allowed: 'nobodyLoggedOn', between: { ...window, days: everyDay } },
      },
    );
    expect(all).toMatchObject({
      start: 'when a person starts it, not before 2026-11-23T21:00:00Z, not before its release is staged',
      waves: 'canary: 10 clients; early: 25 %; rest: all others',
      gates:
        'canary, early: next wave at 80 % finished (pause above 10 % failures in at least 10 tried clients); rest: pause above 10 % failures in at least 10 tried clients',
      window:
        'work begins on a client only on Mon, Fri from 22:00 to 05:30 of the next day, by its own clock; what has begun is completed',
      budgets:
        'at most 100 clients at a time, 25 of each logon server; marked and not proved: at most 10 of each logon server, 5 of LS-PUN',
      ladder: expect.stringContaining(
        'on a blocked client: wait, then notify its users 10 min before, then relocate the service (after ',
      ),
      restart:
        'servpack restarts a client only while nobody is logged on, only every day from 22:00 to 05:30 of the next day by its own clock',
    });
    const asked = { settledPercent: 80, notOkPercent: 5, minSample: 3, upgradedPercent: 90 };
    const where = { where: [{ key: 'ring', is: 'in', values: ['canary'] }] };
    expect(
      says({
        waves: [
          { name: 'a', size: where, gate: { ...asked, soakMs: 5_400_000, approval: true } },
          { name: 'b', size: { rest: true }, gate: asked },
        ],
      }),
    ).toMatchObject({
      waves: 'a: clients that fulfil ring = canary; b: all others',
      gates:
        'a: next wave at 80 % finished, 90 % upgraded, after 90m of soak, when a person has approved (pause above 5 % failures in at least 3 tried clients); b: pause above 5 % failures in at least 3 tried clients',
    });
    expect(
      says({}, { ladder: ['wait'], restart: { ...restart, allowed: 'never' }, window: null }),
    ).toMatchObject({
      window: 'work begins on a client at any time',
      ladder: 'on a blocked client: wait, and nothing more',
      restart: 'servpack restarts no client',
    });
  });
});
