import { afterAll, beforeAll, expect, test } from 'vitest';
import { happeningsOf } from '../../orchestrator/domain/happening-of-entry.ts';
import { requestsAbout } from '../../orchestrator/requests/open-requests.ts';
import { withApprover } from '../../shared/domain/campaign/person.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { runCliAt } from '../fixtures/run-cli.ts';
import { wide } from './admitted-clients.ts';
import { type FourEyesWorld, fourEyes, recordsOf, startFourEyesWorld } from './four-eyes-world.ts';

/** Only an abort needs a second person here. */
const setting = fourEyes('abort');
let world: FourEyesWorld;
beforeAll(async () => {
  world = await startFourEyesWorld(setting);
});
afterAll(() => world[Symbol.asyncDispose]());

const anna = 'anna (token anna-operator)';
const bert = 'bert (token bert-approver)';

const edit = (more: string) =>
  world.as('anna', 'operator', 'POST', '/v1/campaigns/sp4/edit', {
    file: 'c.yaml',
    text: `${wide}ticket: CHG-1\n${more}`,
    reason: 'as agreed',
  });
const retract = (id: string) =>
  world.as('anna', 'approver', 'POST', '/v1/approvals/retract', { id, reason: 'a trial' });
const approve = (id: string) =>
  world.as('bert', 'approver', 'POST', '/v1/approvals', { id, answer: 'approved' });

const soon = 'endAt: 2026-11-17 09:10 UTC\n';
const cancelling = [
  ['an end that cancels', `${soon}atEnd: cancel\n`, 'it cancels clients at the end of the campaign'],
  ['an end', soon, 'it cancels clients at the end of the campaign'],
  [
    'a stop rule that aborts',
    'stop: [{ on: failed, percent: 10 %, within: 4h, do: abort }]\n',
    'a stop rule of it aborts the campaign',
  ],
] as const;

test.for(cancelling)('an edit with %s waits where an abort does', async ([, more, why]) => {
  const before = await recordsOf(world.orchestrator);
  const { status, body } = await edit(more);
  expect([status, body.asked?.command]).toEqual([202, 'edit']);
  expect(body.asked.text).toContain(`It counts as an abort: ${why}.`);
  expect(await recordsOf(world.orchestrator)).toBe(before);
  expect((await retract(body.asked.id)).status).toBe(200);
});

test('an edit that only stops, or that cancels nobody, is done by one person', async () => {
  for (const more of [
    'budgets: { active: 3 }\n',
    'stop: [{ on: failed, percent: 10 %, within: 4h, do: pause }]\n',
    `${soon}atEnd: force\n`,
    'blackouts: [{ from: 2026-11-17 09:00, to: 2026-12-31 09:00, reason: freeze }]\n',
  ])
    expect([more, (await edit(more)).status]).toEqual([more, 200]);
});

test('an edit that cancels is carried out under both names, and a revert to it waits, too', async () => {
  const first = await edit('endAt: 2026-12-17 09:00 UTC\natEnd: cancel\n');
  expect([first.status, (await approve(first.body.asked.id)).status]).toEqual([202, 200]);
  const { store } = world.orchestrator;
  const heads = await store.editionHeads('sp4');
  const cancels = heads.at(-1);
  expect(cancels).toMatchObject({ by: withApprover(anna, bert), because: 'as agreed' });
  // Its end moves out: nobody is cancelled who was not to be.
  expect((await edit('endAt: 2026-12-20 09:00 UTC\natEnd: cancel\n')).status).toBe(200);
  expect((await edit('endAt: 2026-12-10 09:00 UTC\natEnd: cancel\n')).body.asked?.command).toBe('edit');
  const [{ id } = { id: '' }] = (await world.as('anna', 'approver', 'GET', '/v1/approvals')).body.approvals;
  expect((await retract(id)).status).toBe(200);
  expect((await edit('')).status).toBe(200);
  const revert = { edition: cancels?.edition, reason: 'as it was' };
  const again = await world.as('anna', 'operator', 'POST', '/v1/campaigns/sp4/revert', revert);
  expect([again.status, again.body.asked?.command]).toEqual([202, 'edit']);
  expect((await retract(again.body.asked.id)).status).toBe(200);
});

test('a reason that a person types names nobody as approver', async () => {
  const reason = `its packages fail (approved by ${bert})`;
  const path = `/v1/clients/${world.relocated[0]}/undo`;
  expect((await world.as('anna', 'operator', 'POST', path, { reason })).status).toBe(200);
  const entries = (await world.orchestrator.store.audit(200, {})).filter(({ because }) =>
    because.includes(reason),
  );
  expect(entries.length).toBeGreaterThan(0);
  expect(new Set(entries.map(({ who }) => who))).toEqual(new Set([anna]));
});

test('status, why and doctor name a command that waits, and the approver sees the numbers of now', async () => {
  const { orchestrator } = world;
  const { body } = await world.as('anna', 'operator', 'POST', '/v1/campaigns/sp4/abort', {
    reason: 'request sp9/abort/7: wrong release',
  });
  const { id } = body.asked;
  // Which request an entry is about no typed text says.
  const [entry] = await orchestrator.store.audit(1, {});
  expect(entry === undefined ? [] : happeningsOf(entry, null)).toMatchObject([
    { opens: 'request|sp4/abort' },
  ]);
  const says = `abort waits for another person since 2026-11-17T09:00:00Z, asked by ${anna}; a person with the role approver or administrator, other than the one who asked, approves it until 2026-11-17T10:00:00Z with "servpack campaign approve ${id}", or rejects it with: servpack campaign reject ${id} --reason TEXT`;
  const status = await orchestrator.ask('GET', '/v1/campaigns/sp4');
  expect(status.body.requests).toEqual([
    {
      id,
      command: 'abort',
      client: null,
      askedBy: anna,
      since: '2026-11-17T09:00:00Z',
      expires: '2026-11-17T10:00:00Z',
      says,
      actions: [`servpack campaign approve ${id}`, `servpack campaign reject ${id} --reason TEXT`],
    },
  ]);
  const why = await orchestrator.ask('GET', `/v1/clients/${world.marked}/why`);
  expect(why.body.remarks).toContain(says);
  const doctor = await orchestrator.ask('GET', '/v1/doctor');
  expect(doctor.body.checks).toContainEqual(
    expect.objectContaining({ state: 'ok', says: `campaign sp4: ${says}` }),
  );
  const token = await makeToken(orchestrator, 'cli-bert', { role: 'approver', person: 'bert' });
  const cli = (...args: readonly string[]) =>
    runCliAt(orchestrator, args, { env: { SERVPACK_TOKEN: token } });
  expect((await cli('campaign', 'status', 'sp4')).stdout).toContain(`request: ${says}\n`);

  const asked = body.asked.text as readonly string[];
  expect(asked).toContain('So it was when it was asked for, 2026-11-17T09:00:00Z.');
  const waiting = (await Array.fromAsync(orchestrator.store.waiting('sp4'))).at(0)?.client ?? '';
  const lines = (await cli('campaign', 'approvals', 'sp4')).stdout;
  expect(lines).not.toContain('now: ');
  const skip = { reason: 'on loan' };
  expect((await world.as('anna', 'operator', 'POST', `/v1/clients/${waiting}/skip`, skip)).status).toBe(200);
  const later = (await cli('campaign', 'approvals', 'sp4')).stdout;
  expect(later).toMatch(/ {2}Will happen: 7 waiting or deferred clients cancelled\.\n/);
  expect(later).toMatch(/ {2}now: Will happen: 6 waiting or deferred clients cancelled\.\n/);
  // The answer is good for what was shown: numbers that go on do not spoil it.
  const yes = await cli('campaign', 'approve', id, '--yes');
  expect([yes.code, yes.stderr]).toEqual([0, '']);
  expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.requests).toBeUndefined();
});

test('a withdrawal that waits is named with the campaigns of the release that are not over', async () => {
  const { orchestrator } = world;
  const { store } = orchestrator;
  const text = wide.replace('campaign: sp4', 'campaign: sp3').replace('release: sms-sp4', 'release: sms-sp3');
  const made = await world.as('olga', 'administrator', 'POST', '/v1/campaigns', { file: 'c.yaml', text });
  expect(made.status).toBe(200);
  setting.commands.add('withdraw');
  const reason = 'a file is wrong';
  const { body } = await world.as('anna', 'operator', 'POST', '/v1/releases/sms-sp3/withdraw', { reason });
  const { id } = body.asked;
  const says = `the withdrawal of release sms-sp3 waits for another person since 2026-11-17T09:00:00Z, asked by ${anna}; a person with the role approver or administrator, other than the one who asked, approves it until 2026-11-17T10:00:00Z with "servpack campaign approve ${id}", or rejects it with: servpack campaign reject ${id} --reason TEXT`;
  const status = await orchestrator.ask('GET', '/v1/campaigns/sp3');
  expect(status.body.requests).toMatchObject([
    { id, command: 'withdraw', client: null, askedBy: anna, since: '2026-11-17T09:00:00Z', says },
  ]);
  expect((await runCliAt(orchestrator, ['campaign', 'status', 'sp3'])).stdout).toContain(
    `request: ${says}\n`,
  );
  const client = (await Array.fromAsync(store.waiting('sp3'))).at(0)?.client ?? '';
  const why = await orchestrator.ask('GET', `/v1/clients/${client}/why?campaign=sp3`);
  expect(why.body.remarks).toContain(says);
  const doctor = await orchestrator.ask('GET', '/v1/doctor');
  expect(doctor.body.checks).toContainEqual(expect.objectContaining({ state: 'ok', says }));
  // A campaign of another release has nothing to do with it, and one that is over neither.
  expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.requests).toBeUndefined();
  const { campaign } = (await store.readCampaign('sp3')) ?? {};
  if (campaign === undefined) throw new Error('campaign sp3 is gone');
  expect(await requestsAbout(store, campaign)).toHaveLength(1);
  const over = { status: 'ended', startedAt: 0, endedAt: 1, openWaves: 1, accepted: [] } as const;
  expect(await requestsAbout(store, { ...campaign, state: over })).toEqual([]);
});
