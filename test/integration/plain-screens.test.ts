import { afterAll, beforeAll, expect, test } from 'vitest';
import { whyLines } from '../../orchestrator/cli/render/why.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import { campaignStatuses } from '../../orchestrator/http/schemas/fields.ts';
import type { Blocker } from '../../shared/domain/observation/blocker.ts';
import { ends } from '../../shared/domain/outcome/ending.ts';
import { type Journal, newJournal, procedures, stepsOf } from '../../shared/domain/remediation/procedure.ts';
import { waitClasses } from '../../shared/domain/rules/policy.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import { withMemory, type Upgrade, type UpgradeState } from '../../shared/domain/upgrade/state.ts';
import { preImage, swapPreImage } from '../domain/given.ts';
import { withCodeNames } from '../fixtures/code-names.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bring, rest } from './admitted-clients.ts';

const until = now + 60_000;
const blockers: readonly Blocker[] = [
  { kind: 'couldNotLook', error: 'no answer' },
  { kind: 'heldFile', file: 'appctl32.exe' },
];

const journalsOf = (procedure: Journal['procedure']): readonly Journal[] =>
  (['forward', 'back'] as const).flatMap((direction) =>
    stepsOf(procedure, direction).map(
      (step) =>
        ({
          ...newJournal(procedure, 'PCM'),
          direction,
          step,
          preImage: procedure === 'swap' || procedure === 'replaceAtRestart' ? swapPreImage : preImage,
        }) as Journal,
    ),
  );

/** Every state that a client can have. */
const states: readonly UpgradeState[] = [
  { phase: 'looking' },
  { phase: 'marking' },
  { phase: 'unmarking' },
  { phase: 'updating' },
  ...(['mark', 'workaround', 'pendingRestart', 'replacement'] as const).map(
    (cause) => ({ phase: 'ordering', cause }) as const,
  ),
  { phase: 'restarting', nextLook: until },
  { phase: 'notifying', blockers },
  ...waitClasses.map(
    (kind) => ({ phase: 'deferred', class: kind, until, because: waitWords[kind], blockers }) as const,
  ),
  ...procedures
    .flatMap(journalsOf)
    .map((journal) => ({ phase: 'remedying', journal, retryAt: null, blockers }) as const),
  ...ends.map((end) => ({ phase: 'settled', at: now, end, cause: 'x', because: 'x', blockers }) as const),
];

const clients = states.map((_, n) => `pc-${n}`);
let orchestrator: SmallOrchestrator;

/** One client in every state, and a campaign in every status before its start. */
beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
  const { store } = orchestrator;
  const ask = (path: string, body?: object) => orchestrator.ask('POST', path, body);
  const rows = clients.map((client) => `${client},${client},LS-1,UTC,workstation,all`);
  const more = ['created', 'waits', 'nightly', 'over'].map(
    (label) => `${label},,LS-1,UTC,workstation,${label}`,
  );
  const text = ['client,host,logonServer,zone,role,labels', ...rows, ...more, ''].join('\n');
  await ask('/v1/fleet', { file: 'fleet.csv', text });
  await ask('/v1/releases', { path: writeRelease(orchestrator) });
  const create = async (name: string, label: string, lines: string, release = 'sms-sp4') => {
    const select = `select: { labels: [${label}] }\nwaves: [{ name: rest, rest: true }]\n`;
    const yaml = `campaign: ${name}\nrelease: ${release}\n${select}${lines}`;
    expect(await ask('/v1/campaigns', { file: 'c.yaml', text: yaml })).toMatchObject({ status: 200 });
  };
  await create('sp4', 'all', 'budgets: { active: 500, perLogonServer: 500 }\n');
  await create('created', 'created', '');
  await create('waits', 'waits', 'on: staged\n', 'sms-sp5');
  await create('nightly', 'nightly', 'startAt: 2026-12-01 20:00 UTC\n');
  await create('over', 'over', '');
  for (const name of ['sp4', 'waits', 'nightly', 'over'])
    expect((await ask(`/v1/campaigns/${name}/start`)).status).toBe(200);
  await ask('/v1/campaigns/over/abort', { reason: 'wrong release' });
  for (const [n, state] of states.entries()) {
    const change = (upgrade: Upgrade): Upgrade => ({
      ...(state.phase === 'restarting'
        ? withMemory(upgrade, { open: { mark: { at: now, bootId: 'b' } } })
        : upgrade),
      state,
    });
    const settled = state.phase === 'settled' ? ({ index: 'settled' } as const) : rest;
    await bring(store, `pc-${n}`, change, settled);
  }
});

afterAll(async () => orchestrator[Symbol.asyncDispose]());

test('the lab has a campaign in every status before its start', async () => {
  const { campaigns } = (await orchestrator.ask('GET', '/v1/campaigns')).body;
  const found = new Set(campaigns.map(({ status }: { status: string }) => status));
  expect(campaignStatuses.filter((status) => !found.has(status))).toEqual(['paused', 'ended']);
});

test('why a client stands where it stands is said without a name of the code, in every state', async () => {
  const texts: string[] = [];
  for (const client of clients) {
    const { status, body } = await orchestrator.ask('GET', `/v1/clients/${client}/why`);
    expect(status).toBe(200);
    texts.push(...whyLines(plainView, body));
  }
  expect(texts.length).toBeGreaterThan(4 * clients.length);
  expect(withCodeNames(texts)).toEqual([]);
});

test('what is refused is refused without a name of the code, in every state', async () => {
  const texts: string[] = [];
  const refuse = async (path: string, body: object): Promise<void> => {
    const answer = await orchestrator.ask('POST', path, body);
    if (answer.status !== 200) texts.push(answer.body.error.message);
  };
  for (const [n, client] of clients.entries()) {
    const isSettled = states[n]?.phase === 'settled';
    const asked = isSettled ? ['skip', 'undo'] : ['retry', 'undo'];
    for (const what of asked) await refuse(`/v1/clients/${client}/${what}`, { reason: 'x' });
  }
  for (const name of ['created', 'waits', 'nightly', 'over'])
    for (const what of ['start', 'resume', 'unmark', 'retry'])
      if (name !== 'created' || what !== 'start')
        await refuse(`/v1/campaigns/${name}/${what}`, { reason: 'x', which: 'failed' });
  await refuse('/v1/releases/sms-sp4/withdraw', { reason: 'x' });
  await refuse('/v1/releases', { path: writeRelease(orchestrator) });
  expect(texts.length).toBeGreaterThan(2 * clients.length);
  expect(withCodeNames(texts)).toEqual([]);
});

test.each([
  'campaign status',
  'campaign status sp4',
  'campaign status waits',
  'campaign status nightly',
  'campaign status over',
  'campaign report sp4',
  'campaign report over',
  'campaign clients sp4',
  'blockers',
  'release servers sms-sp4',
  'fleet list',
  'audit show pc-0',
  'audit show pc-4',
  'survey list',
  'help words',
])('`%s` has no name of the code on its screen', async (command) => {
  const { stdout, stderr } = await runHosted(orchestrator, command.split(' '));
  expect(stderr).toBe('');
  expect(withCodeNames(stdout.split('\n'))).toEqual([]);
});

test('a plan has no name of the code in its words', async () => {
  orchestrator.write('plan.yaml', campaignYaml('other').replace('sms-sp4', 'sms-sp9'));
  const { stdout, stderr } = await runHosted(orchestrator, [
    'campaign',
    'plan',
    `${orchestrator.folder}/plan.yaml`,
  ]);
  expect(withCodeNames(`${stdout}\n${stderr}`.split('\n'))).toEqual([]);
});
