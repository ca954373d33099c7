import type { Command } from 'commander';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startRunning,
  campaignYaml,
} from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;
let survey = '';

beforeAll(async () => {
  orchestrator = await startRunning();
  orchestrator.write('fleet.csv', fleetCsv);
  orchestrator.write('plan.yaml', campaignYaml('sp6'));
  orchestrator.write('create.yaml', campaignYaml('sp5'));
  const monthly = 'schedule: { cron: "0 22 1 * *", zone: UTC }\n';
  orchestrator.write('monthly.yaml', campaignYaml('monthly', monthly));
  orchestrator.write('edit.yaml', campaignYaml('sp4', 'budgets: { active: 9 }\n'));
  const begun = await runHosted(orchestrator, ['look', 'pc-1', '--detach', '--json']);
  ({ survey } = JSON.parse(begun.stdout) as { survey: string });
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

/** Every command that ends by itself, in an order in which nearly all of them succeed. */
const commands: readonly string[] = [
  'fleet import {folder}/fleet.csv',
  'fleet export',
  'fleet list',
  'fleet remove pc-8 --dry-run',
  'fleet tokens pc-1',
  'fleet revoke-tokens pc-1 --reason test',
  'release list',
  'release servers sms-sp4',
  'release stage {folder}/release.yaml --override',
  'release withdraw sms-sp4 --reason test',
  'campaign plan {folder}/plan.yaml',
  'campaign simulate {folder}/plan.yaml --clients 40 --replicates 0',
  'campaign prove {folder}/plan.yaml --states 100',
  'campaign create {folder}/create.yaml',
  'campaign hold sp4 --server LS-MIL --reason test',
  'campaign release sp4 --server LS-MIL',
  'campaign approvals',
  'campaign approve sp4/wave/rest --yes',
  'campaign reject sp4/wave/rest --reason test',
  'campaign retract sp4/abort/1 --reason test',
  'campaign postpone sp5 --to 2027-01-01T00:00 --reason test',
  'campaign unschedule sp5 --reason test',
  'campaign start sp5 --yes',
  'campaign edit sp4 {folder}/edit.yaml --reason test --yes',
  'campaign history sp4',
  'campaign revert sp4 0 --reason test --yes',
  'campaign clone sp4 --as sp9',
  'campaign status',
  'campaign status sp4',
  'campaign forecast sp4',
  'campaign replay sp4',
  'campaign report sp4',
  'campaign report sp4 --html {folder}/sp4.html',
  'campaign report sp4 --sqlite {folder}/sp4.sqlite',
  'campaign hooks sp4',
  'campaign hook accept sp7 before-campaign --reason test',
  'campaign clients sp4',
  'campaign checkin sp4',
  'campaign retry sp4 --failed',
  'campaign undo sp4 --reason test --yes',
  'campaign pause sp4 --reason test',
  'campaign resume sp4',
  'client show pc-1',
  'client why pc-1',
  'client proof pc-1 --out {folder}/pc-1.proof.json',
  'client checkin pc-1',
  'client retry pc-1 --reason test',
  'client skip pc-1 --reason test',
  'client undo pc-1 --reason test',
  'halt --reason test',
  'unhalt',
  'server limit set --everywhere --active 5 --reason test',
  'server limit list',
  'server limit clear --everywhere --reason test',
  'blockers',
  'audit show pc-1',
  'audit export',
  'audit verify',
  'evidence show {none}',
  'look pc-1 --detach',
  'schedule create {folder}/monthly.yaml',
  'schedule list',
  'schedule show monthly',
  'schedule pause monthly --reason test',
  'schedule resume monthly',
  'schedule run monthly',
  'schedule delete monthly --reason test',
  'notify test',
  'notify log',
  'notify redeliver msg_1',
  'token create night --role operator --person anna --expires 90d',
  'token list',
  'token revoke night --reason test',
  'open',
  'session list',
  'session end Xk29bQ7z --reason test',
  'survey list',
  'survey show {survey}',
  'survey cancel {survey}',
  'survey follow {survey}',
  'campaign unmark sp4 --reason test --yes',
  'campaign abort sp5 --reason test --yes',
  'campaign archive sp5 --reason test --yes',
  'campaign create {folder}/create.yaml',
  'campaign delete sp5 --reason test --yes',
  'campaign list',
  'campaign abort sp4 --reason test --yes',
  'campaign rollback sp4 --release sms-sp4 --yes',
  'campaign watch sp9',
  'doctor --sample 0',
  'context add here --data {folder}',
  'context use here',
  'context show',
  'context list',
  'context remove here',
  'completion zsh',
  'complete campaign st',
  'man',
  'certify spare-pc --read-only',
  'rebuild --from {folder}/none --dry-run',
  'help words',
  'help campaign status',
];

/**
 * These run in a process of their own here, because no other test starts them. A test of a machine
 * takes the signals of its process for itself, so it cannot share one.
 */
const inOwnProcess = new Set([
  'campaign abort',
  'campaign checkin',
  'campaign delete',
  'campaign forecast',
  'campaign hook',
  'campaign postpone',
  'campaign replay',
  'campaign undo',
  'campaign unschedule',
  'certify',
  'client proof',
  'client undo',
  'context add',
  'context list',
  'context remove',
  'context show',
  'context use',
  'evidence show',
  'notify redeliver',
  'release servers',
  'schedule create',
  'schedule delete',
  'schedule list',
  'schedule pause',
  'schedule resume',
  'schedule show',
]);

/** These have a document of their own, beside the one of their name. */
const others: Readonly<Record<string, readonly string[]>> = {
  'campaign status': ['campaigns', 'halted', 'schemaVersion'],
  'campaign report sp4 --html {folder}/sp4.html': ['files', 'schemaVersion'],
  'campaign report sp4 --sqlite {folder}/sp4.sqlite': ['clients', 'file', 'schemaVersion'],
  'help words': ['schemaVersion', 'words'],
};

/** These run until they are stopped; with `--json` only their refusal is a document. */
const processes = ['up', 'orchestrator', 'worker'];

const documented = new Map<string, readonly string[]>();
for (const [, command = '', example = ''] of readDocument().matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm))
  documented.set(command, keysOf(example.replaceAll(/\{…\}/g, '{}').replaceAll(/\[…\]/g, '[]')));

function readDocument(): string {
  const file = join(import.meta.dirname, '../../docs/json.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function keysOf(json: string): readonly string[] {
  return Object.keys(JSON.parse(json) as object).toSorted();
}

const leaves = (command: Command, prefix = ''): readonly string[] =>
  command.commands.flatMap((each) =>
    each.commands.length === 0 ? [`${prefix}${each.name()}`] : leaves(each, `${prefix}${each.name()} `),
  );
const allLeaves = leaves(buildProgram());

const nameOf = (command: string): string =>
  allLeaves.toSorted((a, b) => b.length - a.length).find((name) => command.startsWith(name)) ?? '';

describe('--json', () => {
  test('is tried with every command', () => {
    const tried = new Set([...commands.map(nameOf), ...processes]);
    expect(allLeaves.filter((name) => !tried.has(name))).toEqual([]);
    expect([...inOwnProcess].filter((name) => !tried.has(name))).toEqual([]);
  });

  test('is documented for every command', () => {
    expect(allLeaves.filter((name) => !documented.has(name) && !processes.includes(name))).toEqual([]);
    expect([...documented.keys()].filter((name) => nameOf(name) === '' && name !== 'a refusal')).toEqual([]);
  });

  test.each(commands)('%s prints one document with its schemaVersion', async (command) => {
    const args = command
      .replace('{folder}', orchestrator.folder)
      .replace('{survey}', survey)
      .replace('{none}', '0'.repeat(64))
      .split(' ');
    const env = { XDG_CONFIG_HOME: join(orchestrator.folder, 'config') };
    const run = inOwnProcess.has(nameOf(command)) ? runCliAt : runHosted;
    const { stdout } = await run(orchestrator, [...args, '--json'], { env });
    const found = JSON.parse(stdout) as { schemaVersion?: number; error?: unknown };
    expect(found.schemaVersion).toBe(1);
    const name = found.error === undefined ? nameOf(command) : 'a refusal';
    const keys = others[command] ?? documented.get(name === 'look' ? 'survey show' : name);
    expect(keysOf(stdout)).toEqual(keys);
  });

  test('refuses --csv beside it', async () => {
    for (const command of ['fleet tokens', 'campaign clients sp4', 'audit export']) {
      const run = await runHosted(orchestrator, [...command.split(' '), '--csv', '--json']);
      expect([run.code, JSON.parse(run.stdout)]).toEqual([
        2,
        { schemaVersion: 1, error: { code: 'input.form', message: 'give either --csv or --json, not both' } },
      ]);
    }
  });
});
