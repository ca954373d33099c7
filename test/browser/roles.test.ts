import { expect, test } from 'vitest';
import { type Reach, reachOf } from '../../orchestrator/http/contract/operation.ts';
import { operations } from '../../orchestrator/http/contract/operations.ts';
import { roles } from '../../orchestrator/http/contract/permissions.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { documentNow } from '../api/document-now.ts';
import { leaderRound } from '../api/world.ts';
import { preImage } from '../domain/given.ts';
import { campaignYaml, fleetCsv, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { bring, changes } from '../integration/admitted-clients.ts';
import { signIn, useBrowser, visit, type Visit } from './chromium.ts';
import {
  type AskedRequest,
  type ControlScreen,
  controlsOn,
  pressAll,
  readyToPress,
} from './press-controls.ts';
import { startMixed, useOrchestrator } from './world.ts';

/** The client of an aborted campaign: its service was moved. */
const leftOver = (upgrade: Upgrade): Upgrade =>
  withMemory(changes.upgraded(upgrade), {
    learned: { relocation: 'done', beforeRelocation: preImage },
  });

/**
 * The usual campaigns, an aborted one that has left something behind, and one with a held logon
 * server that asks before its last wave.
 */
async function startAsking(): Promise<SmallOrchestrator> {
  const orchestrator = await startMixed();
  const { store } = orchestrator;
  const post = async (path: string, body: object): Promise<void> =>
    expect(await orchestrator.ask('POST', path, body)).toMatchObject({ status: 200 });
  const machines = ['more-a', 'more-b', 'over-c'].map(
    (name) => `${name},NT-${name},LS-TUR,Europe/Rome,workstation,${name.slice(0, 4)}`,
  );
  const text = ['client,host,logonServer,zone,role,labels', ...machines, ''].join('\n');
  await post('/v1/fleet', { file: 'more.csv', text });
  await post('/v1/campaigns', { file: 'over.yaml', text: over });
  await post('/v1/campaigns/over/start', {});
  await bring(store, 'over-c', leftOver, { index: 'settled' }, 'over');
  await post('/v1/campaigns/over/abort', { reason: 'another release is rolled out' });
  await post('/v1/campaigns', { file: 'asks.yaml', text: asks });
  await post('/v1/campaigns/asks/start', {});
  const picks = await Array.fromAsync(store.waiting('asks'));
  const first = picks.find(({ wave }) => wave === 0)?.client ?? '';
  await bring(store, first, changes.upgraded, { index: 'settled' }, 'asks');
  await post('/v1/campaigns/asks/hold', { logonServers: ['LS-TUR'], reason: 'its disk is changed' });
  await leaderRound(orchestrator, undefined);
  return orchestrator;
}

const over =
  'campaign: over\nrelease: sms-sp4\nselect: { labels: [over] }\nwaves: [{ name: all, rest: true }]\n';
const asks = `campaign: asks
release: sms-sp4
select: { labels: [more] }
waves:
  - { name: first, count: 1, gate: { settled: 100 %, failures: 50 %, minSample: 1 } }
  - { name: rest, rest: true }
approvals: [{ wave: rest, expires: 24h }]
`;

const orchestrator = useOrchestrator(startAsking);
const browser = useBrowser();

/** An operation of the API that only some roles may ask. */
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: RegExp;
  readonly roles: readonly string[];
  readonly reach: Reach;
}

/** As the document of the API says it. */
async function readOperations(): Promise<readonly Operation[]> {
  const { paths } = await documentNow();
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      roles: (operation as unknown as Record<string, readonly string[]>)['x-servpack-role'] ?? [],
      reach: reachIn(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1')),
    })),
  );
  return all.filter(({ roles: may }) => may.length > 0 && may.length < roles.length);
}

function reachIn(method: string, url: string): Reach {
  const operation = operations[`${method} ${url}`];
  if (operation === undefined) throw new Error(`no operation ${method} ${url}`);
  return reachOf(operation, method, url);
}

/** Somebody who is not an administrator of everything. */
interface Reader {
  readonly token: string;
  /** Screens that show nothing of what it sees, by their paths. */
  readonly without: readonly string[];
  readonly may: (operation: Operation) => boolean;
  /** Whether a hint says truly why these operations are refused. */
  readonly isTrue: (hint: string, needed: readonly Operation[]) => boolean;
}

const inRole = (role: string, token: string): Reader => ({
  token,
  without: [],
  may: (operation) => operation.roles.includes(role),
  isTrue: (hint, needed) =>
    hint.endsWith(`you are ${role}.`) &&
    needed.every((each) => each.roles.every((one) => hint.includes(one))),
});

/** An administrator whose token names everything that the screens show, and yet is narrowed. */
const narrowedTo = (
  words: string,
  token: string,
  { refused, without }: { readonly refused: readonly Reach[]; readonly without: readonly string[] },
): Reader => ({
  token,
  without,
  may: ({ reach }) => !refused.includes(reach),
  isTrue: (hint) => hint === `Needs a wider token; yours is for ${words}.`,
});

/** Every reader with a role, and two whose tokens are narrowed. */
async function makeReaders(): Promise<readonly Reader[]> {
  const role = 'administrator';
  const campaigns = ['asks', 'later', 'over', 'sp4'];
  const sites = ['LS-MIL', 'LS-ROM', 'LS-TUR'];
  const inRoles = roles.filter((each) => each !== role);
  return [
    ...(await Promise.all(
      inRoles.map(async (each) =>
        inRole(each, await makeToken(orchestrator(), `as-${each}`, { role: each })),
      ),
    )),
    narrowedTo(
      `campaigns ${campaigns.join(', ')}`,
      await makeToken(orchestrator(), 'four-campaigns', { role, campaigns }),
      { refused: ['refused'], without: ['settings'] },
    ),
    narrowedTo(
      `logon servers ${sites.join(', ')}`,
      await makeToken(orchestrator(), 'three-sites', { role, sites }),
      {
        refused: ['refused', 'allSites', 'campaigns', 'file'],
        without: ['approvals', 'campaigns/sp4?tab=audit', 'settings'],
      },
    ),
  ];
}

async function screensOf(): Promise<readonly ControlScreen[]> {
  const nameIn = async (state: string): Promise<string> =>
    (await orchestrator().ask('GET', `/v1/campaigns/sp4/clients?state=${state}&limit=1`)).body.items[0]
      .client;
  return [
    { path: '', says: 'Needs a person', isShell: true },
    { path: 'campaigns', says: 'later' },
    { path: 'campaigns/asks', says: 'Fix first' },
    { path: 'campaigns/asks?tab=servers', says: 'LS-TUR' },
    { path: 'campaigns/over', says: 'Waves' },
    { path: 'approvals', says: 'asks' },
    { path: 'campaigns/later', says: 'created' },
    { path: 'campaigns/sp4?tab=clients', says: 'pc-2' },
    { path: 'campaigns/sp4?tab=servers', says: 'LS-MIL' },
    { path: 'campaigns/sp4?tab=audit', says: 'lunch' },
    { path: `clients/${await nameIn('waiting')}`, says: 'Evidence' },
    { path: `clients/${await nameIn('deferred')}`, says: 'Evidence' },
    { path: `clients/${await nameIn('upgraded')}`, says: 'Evidence' },
    { path: 'plan', says: 'Plan', text: campaignYaml('third') },
    { path: 'fleet', says: 'pc-2' },
    { path: 'fleet/import', says: 'Check the file', text: fleetCsv },
    { path: 'releases?stage=true&release=sms-sp4', says: 'Withdraw', text: '/srv/sms-sp5' },
    { path: 'settings', says: 'Checks of this servpack', text: 'night-shift' },
  ];
}

async function opened(token: string): Promise<Visit> {
  const visited = await visit(browser(), orchestrator().url);
  await readyToPress(visited.page);
  await signIn(visited, orchestrator().url, token);
  return visited;
}

/** What only some may ask, and no button of these screens asks, by the reason for it. */
const withoutButton = {
  'the command line alone does it': [
    'listCheckInTokens',
    'revokeCheckInTokens',
    'postponeCampaign',
    'unscheduleCampaign',
    'checkInCampaign',
    'editCampaign',
    'revertCampaign',
    'planRollback',
    'deleteCampaign',
    'archiveCampaign',
    'setServerLimit',
    'getEvidence',
    'answerHook',
    'createSchedule',
    'pauseSchedule',
    'resumeSchedule',
    'runSchedule',
    'deleteSchedule',
    'startSurvey',
    'cancelSurvey',
  ],
  'it needs a client that is still marked when its campaign is over': ['unmarkCampaign'],
  'it is a link, which the browser follows': ['exportAudit'],
  'only who has asked has the button: four-eyes.test.ts presses it': ['retractRequest'],
  'it needs a destination of messages: settings.test.ts presses it': ['testDestinations', 'redeliverMessage'],
} as const;

/** While everything is halted. */
const haltedScreens: readonly ControlScreen[] = [{ path: 'more', says: 'Blockers', isShell: true }];

/** Presses every button as administrator; what the others see is compared with what it asked. */
async function lookAt(
  screens: readonly ControlScreen[],
  restricted: readonly Operation[],
  administers: string,
  readers: readonly Reader[],
): Promise<{ readonly reached: ReadonlySet<string>; readonly wrong: readonly unknown[] }> {
  const operationsOf = ({ method, path }: AskedRequest): readonly Operation[] =>
    restricted.filter((each) => each.method === method && each.path.test(path));
  // Who may do everything finds out what each button asks.
  const administrator = await opened(administers);
  const pressed = new Map<string, readonly Operation[]>();
  for (const screen of screens)
    for (const [name, asked] of await pressAll(administrator.page, screen))
      pressed.set(`${screen.path} ${name}`, asked.flatMap(operationsOf));
  // This orchestrator seals nothing, so it refuses the proofs; a browser logs that.
  expect(administrator.trouble.filter((line) => !line.endsWith('/proof'))).toEqual([]);
  await administrator.context.close();
  const wrong: unknown[] = [];
  for (const { token, without, may, isTrue } of readers) {
    const { page, context, trouble } = await opened(token);
    for (const screen of screens.filter(({ path }) => !without.includes(path)))
      for (const { name, hint } of await controlsOn(page, screen)) {
        const needed = pressed.get(`${screen.path} ${name}`) ?? [];
        const says = hint !== null && isTrue(hint, needed);
        const isRight =
          needed.length === 0 ? hint === null || says : needed.every(may) ? hint === null : says;
        if (!isRight) wrong.push({ on: screen.path, name, hint, asks: needed.map(({ id }) => id) });
      }
    // A browser logs what a narrowed token may not read.
    expect(trouble.filter((line) => !line.includes('403'))).toEqual([]);
    await context.close();
  }
  return { reached: new Set([...pressed.values()].flat().map(({ id }) => id)), wrong };
}

test('a reader who is narrowed to a logon server sees that, and what the page cannot show', async () => {
  const narrowed = { role: 'operator', sites: ['LS-ROM'] } as const;
  const { page, context } = await opened(await makeToken(orchestrator(), 'rome', narrowed));
  await page.getByRole('button', { name: /operator, logon servers LS-ROM/ }).waitFor();
  await page.goto(`${orchestrator().url}/campaigns/sp4`);
  await page.getByRole('button', { name: 'not live: read every 5 s' }).waitFor();
  const refused = 'the token may not see or do this: it is narrowed to logon servers LS-ROM';
  await page.getByRole('region', { name: 'Fix first' }).getByText(refused).waitFor();
  await page.goto(`${orchestrator().url}/blockers`);
  await page.getByText(refused).waitFor();
  await context.close();
  const other = await opened(await makeToken(orchestrator(), 'others', { campaigns: ['other-*'] }));
  await other.page
    .locator('#content')
    .getByText('Needs a wider token; yours is for campaigns other-*.')
    .waitFor();
  expect(await other.page.getByText('The first campaign').count()).toBe(0);
  await other.context.close();
});

test('each button asks only what its role and its token may; for others it cannot be pressed, and says who may', async () => {
  const restricted = await readOperations();
  const administers = await makeToken(orchestrator(), 'as-administrator', { role: 'administrator' });
  const readers = await makeReaders();
  const usual = await lookAt(await screensOf(), restricted, administers, readers);
  expect((await orchestrator().ask('POST', '/v1/halt', { reason: 'payroll' })).status).toBe(200);
  const halted = await lookAt(haltedScreens, restricted, administers, readers);
  expect([...usual.wrong, ...halted.wrong]).toEqual([]);
  const reached = usual.reached.union(halted.reached);
  expect(
    restricted
      .map(({ id }) => id)
      .filter((id) => !reached.has(id))
      .toSorted(),
    'an operation that only some may ask has a button, or a reason in withoutButton',
  ).toEqual(Object.values(withoutButton).flat().toSorted());
});
