import { expect, test } from 'vitest';
import { roles } from '../../orchestrator/http/contract/permissions.ts';
import { documentNow } from '../api/document-now.ts';
import { leaderRound } from '../api/world.ts';
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

/** The usual campaigns, and one with a held logon server that asks before its last wave. */
async function startAsking(): Promise<SmallOrchestrator> {
  const orchestrator = await startMixed();
  const { store } = orchestrator;
  const post = async (path: string, body: object): Promise<void> =>
    expect(await orchestrator.ask('POST', path, body)).toMatchObject({ status: 200 });
  const machines = ['a', 'b'].map((name) => `more-${name},NT-${name},LS-TUR,Europe/Rome,workstation,more`);
  const text = ['client,host,logonServer,zone,role,labels', ...machines, ''].join('\n');
  await post('/v1/fleet', { file: 'more.csv', text });
  await post('/v1/campaigns', { file: 'asks.yaml', text: asks });
  await post('/v1/campaigns/asks/start', {});
  const picks = await Array.fromAsync(store.waiting('asks'));
  const first = picks.find(({ wave }) => wave === 0)?.client ?? '';
  await bring(store, first, changes.upgraded, { index: 'settled' }, 'asks');
  await post('/v1/campaigns/asks/hold', { logonServers: ['LS-TUR'], reason: 'its disk is changed' });
  await leaderRound(orchestrator, undefined);
  return orchestrator;
}

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
    })),
  );
  return all.filter(({ roles: may }) => may.length > 0 && may.length < roles.length);
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

/**
 * What only some may ask, and no button of these screens as they stand asks: most of it the command
 * line alone, the others need a halt, an ended campaign, or settings of messages.
 */
const withoutButton: readonly string[] = [
  'listCheckInTokens',
  'revokeCheckInTokens',
  'postponeCampaign',
  'unscheduleCampaign',
  'unmarkCampaign',
  'checkInCampaign',
  'editCampaign',
  'revertCampaign',
  'undoCampaign',
  'planRollback',
  'deleteCampaign',
  'archiveCampaign',
  'unhalt',
  'setServerLimit',
  'retractRequest',
  'exportAudit',
  'getEvidence',
  'answerHook',
  'createSchedule',
  'pauseSchedule',
  'resumeSchedule',
  'runSchedule',
  'deleteSchedule',
  'startSurvey',
  'cancelSurvey',
  'testDestinations',
  'redeliverMessage',
];

test('each button asks only what its role may; for others it cannot be pressed, and says which roles may', async () => {
  const restricted = await readOperations();
  const operationsOf = ({ method, path }: AskedRequest): readonly Operation[] =>
    restricted.filter((each) => each.method === method && each.path.test(path));
  const tokens = new Map<string, string>();
  for (const role of roles) tokens.set(role, await makeToken(orchestrator(), `as-${role}`, { role }));
  const screens = await screensOf();
  // Who may do everything finds out what each button asks.
  const administrator = await opened(tokens.get('administrator') ?? '');
  const pressed = new Map<string, readonly Operation[]>();
  for (const screen of screens)
    for (const [name, asked] of await pressAll(administrator.page, screen))
      pressed.set(`${screen.path} ${name}`, asked.flatMap(operationsOf));
  const reached = new Set([...pressed.values()].flat().map(({ id }) => id));
  expect(
    restricted.map(({ id }) => id).filter((id) => !reached.has(id)),
    'an operation that only some may ask has a button, or is named in withoutButton',
  ).toEqual(withoutButton);
  // This orchestrator seals nothing, so it refuses the proofs; a browser logs that.
  expect(administrator.trouble.filter((line) => !line.endsWith('/proof'))).toEqual([]);
  await administrator.context.close();
  const wrong: unknown[] = [];
  for (const role of roles.filter((each) => each !== 'administrator')) {
    const { page, context, trouble } = await opened(tokens.get(role) ?? '');
    for (const screen of screens)
      for (const { name, hint } of await controlsOn(page, screen)) {
        const needed = pressed.get(`${screen.path} ${name}`) ?? [];
        const may = needed.every((each) => each.roles.includes(role));
        const says =
          hint !== null &&
          hint.endsWith(`you are ${role}.`) &&
          needed.every((each) => each.roles.every((one) => hint.includes(one)));
        const isRight = needed.length === 0 ? hint === null || says : may ? hint === null : says;
        if (!isRight) wrong.push({ role, on: screen.path, name, hint, asks: needed.map(({ id }) => id) });
      }
    expect(trouble).toEqual([]);
    await context.close();
  }
  expect(wrong).toEqual([]);
});
