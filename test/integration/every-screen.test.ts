import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { harmless } from '../../orchestrator/cli/suggest.ts';
import { widthOf } from '../../orchestrator/cli/render/text-width.ts';
import { usualKinds } from '../../orchestrator/domain/notice-kinds.ts';
import type { SendContext } from '../../orchestrator/notify/forms/send-context.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { allOnTerminal } from '../fixtures/on-terminal.ts';
import {
  campaignYaml,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bring, changes, contextOf } from './admitted-clients.ts';

/** A campaign in each of these states; its one client has its name, and so has its label. */
const campaigns = ['running', 'edited', 'paused', 'aborted', 'ended'] as const;

/** A name that is longer than half of a line, and a reason that is longer than one. */
const server = 'LS-FILIALE-MILANO-CENTRALE-DUOMO';
const reason = 'the service did not respond to the start request in a timely fashion, says Windows';

/** Every command that only reads, on these arguments; `{…}` is filled in. */
const commands: readonly string[] = [
  'audit --help',
  'audit export',
  'audit show pc-running',
  'audit show pc-ended',
  'audit verify',
  'blockers',
  'campaign --help',
  'campaign approvals',
  'campaign list',
  'campaign plan {folder}/plan.yaml',
  'campaign prove {folder}/plan.yaml --states 100 --product sms-1.2',
  'campaign simulate {folder}/plan.yaml --clients 40 --replicates 0',
  'campaign status',
  ...campaigns.flatMap((name) => [
    `campaign clients ${name}`,
    `campaign history ${name}`,
    `campaign hooks ${name}`,
    `campaign report ${name}`,
    `campaign status ${name}`,
    `client why pc-${name}`,
  ]),
  'campaign forecast running',
  'campaign replay ended',
  'campaign watch paused --until-paused',
  'campaign watch ended',
  'client --help',
  'client proof pc-ended --out {folder}/{columns}.proof.json',
  'client show pc-running',
  'client show pc-ended',
  'completion zsh',
  'context --help',
  'context list',
  'context show',
  'doctor --sample 0',
  'evidence --help',
  'evidence show {evidence}',
  'fleet --help',
  'fleet export',
  'fleet list',
  'fleet tokens pc-ended',
  'help',
  'help words',
  'help campaign status',
  'look --help',
  'man',
  'notify --help',
  'notify log',
  'release --help',
  'release list',
  'release servers sms-sp4',
  'schedule --help',
  'schedule list',
  'schedule show monthly',
  'server --help',
  'server limit --help',
  'server limit list',
  'session --help',
  'session list',
  'survey --help',
  'survey follow {survey}',
  'survey list',
  'survey show {survey}',
  'token --help',
  'token list',
];

/** Exit codes that say something about what is shown; every other command ends with 0. */
const says: Readonly<Record<string, number>> = {
  // No client of these was upgraded.
  'campaign watch paused --until-paused': 1,
  'campaign watch ended': 1,
  // There is no worker.
  'doctor --sample 0': 1,
  // No round has sealed an audit file here.
  'client proof pc-ended --out {folder}/{columns}.proof.json': 1,
  // It was cancelled.
  'survey follow {survey}': 1,
};

/** What is a file, or a document of another program, is not for a screen. */
const files = /^(?:audit export|fleet export|completion|man|evidence show)/;

/** Heads of columns with a short form, which narrow tables have instead. */
const heads = new Set(
  'upgraded failed need attention cancelled freed if fixed service pack last client'.split(' '),
);

/** Words of the same command in a pipe, where nothing is cut, that the screen does not have. */
async function lostWords(command: readonly string[], screen: string): Promise<readonly string[]> {
  const { stdout } = await runHosted(orchestrator, command);
  const shown = stripVTControlCharacters(screen).replaceAll(/\s+/g, '');
  // A list without room for its columns has a line for each client, without heads.
  const isList = /^(?:campaign clients|fleet tokens)/.test(command.join(' '));
  const lines = stdout.split('\n').slice(isList ? 1 : 0);
  return lines
    .flatMap((line) => line.split(/\s+/))
    .filter(
      (word) =>
        /\w/.test(word) &&
        !/^[.:oO#|]+$/.test(word) &&
        !/\d\d\d\d-\d\d/.test(word) &&
        !heads.has(word) &&
        !shown.includes(word),
    )
    .map((word) => `${command.join(' ')}: ${word} is lost`);
}

let orchestrator: SmallOrchestrator;
let filled: Readonly<Record<string, string>>;

beforeAll(async () => {
  const by = { form: 'command', run: ['page.sh'], timeoutMs: 30_000 } as const;
  const destinations = [{ name: 'pager', kinds: usualKinds, quiet: null, by }];
  const settings = { link: null, gatherMs: 0, destinations };
  const sending = { env: {}, hooks: null, now: () => now } as unknown as SendContext;
  orchestrator = await startSmallOrchestrator(undefined, { context: { notifier: { settings, sending } } });
  const { store, folder } = orchestrator;
  const ask = async (path: string, body?: object) => {
    const { status, body: said } = await orchestrator.ask('POST', path, body);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(said)}`);
    return said;
  };
  const rows = campaigns.map((name) => `pc-${name},,${server},Europe/Rome,workstation,${name}`);
  await ask('/v1/fleet', {
    file: 'fleet.csv',
    text: ['client,host,logonServer,zone,role,labels', ...rows, ''].join('\n'),
  });
  const staged = await ask('/v1/releases', { path: writeRelease(orchestrator) });
  const yamlOf = (name: string, more = ''): string =>
    `campaign: ${name}\nrelease: sms-sp4\nselect: { labels: [${name}] }\nwaves: [{ name: all, rest: true }]\n${more}`;
  for (const name of campaigns) {
    await ask('/v1/campaigns', { file: 'c.yaml', text: yamlOf(name) });
    await ask(`/v1/campaigns/${name}/start`);
  }
  const failed = (upgrade: Upgrade): Upgrade => changes.failed(upgrade);
  await bring(store, 'pc-ended', failed, { index: 'settled' }, 'ended');
  await bring(
    store,
    'pc-paused',
    changes.deferred,
    { index: 'due', dueAt: Date.UTC(2026, 10, 17, 9, 1), keepsSlots: false },
    'paused',
  );
  await ask('/v1/campaigns/edited/edit', {
    file: 'c.yaml',
    text: yamlOf('edited', 'budgets: { active: 3 }\nticket: CHG0041177\n'),
    reason,
  });
  await ask('/v1/campaigns/paused/pause', { reason });
  await ask('/v1/campaigns/aborted/abort', { reason });
  await ask('/v1/campaigns/running/hold', { logonServers: [server], reason });
  await runCampaigns().run(contextOf(orchestrator));
  // A simulation of a campaign that starts now has other spans a minute later.
  orchestrator.write('plan.yaml', campaignYaml('other', 'startAt: 2030-01-07 09:00 UTC\n'));
  const schedule = 'schedule: { cron: "0 22 1 * *", zone: UTC }\n';
  await ask('/v1/schedules', { file: 'monthly.yaml', text: campaignYaml('monthly', schedule) });
  const begun = await runHosted(orchestrator, ['look', 'pc-running', '--detach', '--json']);
  const { survey = '' } = JSON.parse(begun.stdout) as { survey?: string };
  await ask(`/v1/surveys/${survey}/cancel`, {});
  filled = { folder, survey, evidence: String((staged as { evidence?: string }).evidence ?? '') };
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

test('the world has a campaign in every state that is looked at', async () => {
  const { body } = await orchestrator.ask('GET', '/v1/campaigns');
  const found = body.campaigns.map(({ campaign, status }: { campaign: string; status: string }) => [
    campaign,
    status,
  ]);
  expect(Object.fromEntries(found)).toEqual({
    running: 'running',
    edited: 'running',
    paused: 'paused',
    aborted: 'aborted',
    ended: 'ended',
  });
});

test('the table has every command that only reads', () => {
  const named = commands.map((command) => command.replace(' --help', ''));
  expect([...harmless].filter((name) => !named.some((each) => `${each} `.startsWith(`${name} `)))).toEqual(
    [],
  );
});

describe.each([80, 40])('on a terminal of %i columns', (columns) => {
  test('every command that only reads ends well, and no line is longer than the terminal', async () => {
    const fill = (command: string): readonly string[] =>
      command.replaceAll(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? String(columns)).split(' ');
    const runs = await allOnTerminal(orchestrator, commands.map(fill), { columns, env: { TZ: 'UTC' } });
    const faults: string[] = [];
    for (const [at, { code, text }] of runs.entries()) {
      const command = commands[at] ?? '';
      const lines = stripVTControlCharacters(text).split('\n');
      if (code !== (says[command] ?? 0)) faults.push(`${command}: exit code ${code}: ${text}`);
      if (files.test(command)) continue;
      if (!command.startsWith('campaign watch')) faults.push(...(await lostWords(fill(command), text)));
      faults.push(...lines.filter((line) => widthOf(line) > columns).map((line) => `${command}: ${line}`));
    }
    expect(faults).toEqual([]);
    // A strip that is folded shows the times of nobody.
    const simulated = runs[commands.findIndex((command) => command.startsWith('campaign simulate'))];
    expect(simulated?.text).toMatch(/\ncanary \|[ .:oO#]+\|\nrest {3}\|[ .:oO#]+\|\n/);
  });
});
