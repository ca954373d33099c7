import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { clientsWith } from '../fixtures/clients-with.ts';
import { campaignYaml, startRunning, writeRelease } from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { newYear } from '../fixtures/calendar-files.ts';
import { swapFaults, hasRelease } from '../lab/expected-swap.ts';
import { genericAgent, oldText } from '../../orchestrator/simulation/machines/agent.ts';
import { agentHashes, stagedAgent } from '../lab/staged-tree.ts';
import { type LookLab, startLookLab } from './look-lab.ts';

const audit = {
  at: 0,
  campaign: '',
  client: null,
  who: 'kim',
  from: '',
  to: 'staged',
  because: 'test',
  evidence: null,
};

/** The agent as the machines of the lab have it at first, staged as a release. */
async function firstAgent(tree: string, newer: Release): Promise<Release> {
  const folder = join(tree, 'first');
  await mkdir(folder, { recursive: true });
  const files = genericAgent.files.map((name) => ({ name: name.toLowerCase(), content: oldText(name) }));
  for (const { name, content } of files) await writeFile(join(folder, name), content.text ?? '');
  return {
    ...newer,
    release: 'agent-1',
    files: files.map(({ name, content: { size, sha256 } }) => ({ name, size, sha256 })),
    source: { tree, components: 'first' },
  };
}

const isOver = (lab: LookLab, campaign: string) =>
  expect
    .poll(async () => (await lab.ask<CampaignStatus>('GET', `/v1/campaigns/${campaign}`)).status)
    .toBe('ended');

test('brings the upgraded clients of a push product back to an older release, the last wave first', async () => {
  const tree = await mkdtemp(join(tmpdir(), 'servpack-rollback-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(tree, { recursive: true, force: true }));
  const [canary = '', second = ''] = clientsWith('agent', 2, 'agents');
  const lab = stack.use(
    await startLookLab({ traits: ['agent', 'agentBreaks'], more: [second], set: 'agents', speed: 600 }),
  );
  const broken = lab.clients.get('agentBreaks') ?? '';
  expect(lab.clients.get('agent')).toBe(canary);
  const newer = await stagedAgent(tree);
  const older = await firstAgent(tree, newer);
  await lab.store.stageRelease(newer, null, audit);
  await lab.store.stageRelease(older, null, audit);
  const text = [
    '# the agent of this year',
    'campaign: agent',
    'release: agent-2',
    'gate: { minSample: 1, failures: 100 % }',
    'waves:',
    `  - { name: canary, clients: [${canary}], gate: { soak: 1s } }`,
    '  - { name: rest, rest: true }',
    'ladder: [wait]',
    'blackouts: [{ ics: holidays.ics, reason: closed }]',
    '',
  ].join('\n');
  const calendars = { 'holidays.ics': newYear };
  await lab.ask('POST', '/v1/campaigns', { file: 'c.yaml', text, calendars });
  await lab.ask('POST', '/v1/campaigns/agent/start');
  const early = await lab.cli(['campaign', 'rollback', 'agent', '--release', 'agent-1', '--yes']);
  expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('campaign agent is not over')]);
  await lab.startWorker();
  await isOver(lab, 'agent');
  const truthOf = async (client: string) => {
    const truth = await lab.fleet.clientTruth(client);
    if (truth === null) throw new Error(`no machine ${client}`);
    return truth;
  };
  for (const client of [canary, second]) expect(hasRelease(await truthOf(client), agentHashes())).toBe(true);

  const dry = await lab.cli(['campaign', 'rollback', 'agent', '--release', 'agent-1', '--dry-run']);
  expect(dry.stdout).toContain('campaign agent-rollback  release agent-1 (staged)');
  expect(dry.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `1 client left out and not touched (not upgraded: swap failed at start): ${broken}`,
  );
  const created = await lab.cli(['campaign', 'rollback', 'agent', '--release', 'agent-1', '--yes']);
  expect(created.stdout).toBe(
    'Created agent-rollback: 2 clients in 2 waves, 1 left out\nStart it: servpack campaign start agent-rollback\n',
  );
  const { status, waves } = await lab.ask<CampaignStatus>('GET', '/v1/campaigns/agent-rollback');
  expect([status, waves.map(({ wave, size }) => [wave, size])]).toEqual([
    'created',
    [
      ['rest', 1],
      ['canary', 1],
    ],
  ]);
  const [edition] = await lab.store.editions('agent-rollback');
  expect(edition?.calendars).toEqual(calendars);
  expect(edition?.text).toMatch(/^# the agent of this year\ncampaign: agent-rollback\nrelease: agent-1\n/);
  await lab.ask('POST', '/v1/campaigns/agent-rollback/start');
  await isOver(lab, 'agent-rollback');
  const hashes = Object.fromEntries(older.files.map(({ name, sha256 }) => [name, sha256]));
  for (const client of [canary, second]) {
    const truth = await truthOf(client);
    expect([hasRelease(truth, hashes), swapFaults(truth, hashes)]).toEqual([true, []]);
    const record = await lab.store.readUpgrade({ campaign: 'agent-rollback', client });
    expect(record?.upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  }
  expect(await lab.store.readUpgrade({ campaign: 'agent-rollback', client: broken })).toBeNull();
});

test('is refused where the program of the product brings the files', async () => {
  await using orchestrator = await startRunning(undefined, campaignYaml());
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'enough' });
  const path = writeRelease(orchestrator, 'echo staged', 'sms-sp3');
  expect((await orchestrator.ask('POST', '/v1/releases', { path })).status).toBe(200);
  const run = (to: string) =>
    runHosted(orchestrator, ['campaign', 'rollback', 'sp4', '--release', to, '--yes']);
  const refused = await run('sms-sp3');
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    1,
    '',
    'servpack: campaign sp4 cannot go back to sms-sp3: the product profile sms-1.2 has route logon: the program of the product brings the files, and the profile does not say that it installs an older release (update.downgrade: true)\n',
  ]);
  expect((await run('sms-sp4')).stderr).toContain(
    'the campaign has installed sms-sp4; name an older release',
  );
  expect((await run('sms-sp9')).stderr).toContain('there is no release named sms-sp9');
});
