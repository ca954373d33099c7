import { describe, expect, test } from 'vitest';
import { openBackground } from '../../orchestrator/background/background.ts';
import { happeningsOf } from '../../orchestrator/domain/happening-of-entry.ts';
import { approvalReading } from '../../orchestrator/metrics/fleet-readings.ts';
import { judgeRequests } from '../../orchestrator/rounds/judge-requests.ts';
import { answerQuestion, openQuestions } from '../../orchestrator/requests/inbox.ts';
import { readConfig } from '../../shared/config.ts';
import { guardedCommands, requestName } from '../../shared/domain/campaign/command-request.ts';
import { withApprover } from '../../shared/domain/campaign/person.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Commit } from '../../shared/store/upgrade-store.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { dyingStore } from '../fixtures/dying-store.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now } from '../fixtures/small-orchestrator.ts';
import { stores } from '../fixtures/stores.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { bring, changes, firstWave, rest } from './admitted-clients.ts';
import { doorsOf, type FourEyesWorld, fourEyes, recordsOf, startFourEyesWorld } from './four-eyes-world.ts';

const roles = ['operator', 'administrator'] as const;
const anna = 'anna (token anna-operator)';
const bert = 'bert (token bert-approver)';

const approve = (world: FourEyesWorld, person: string, id: string, more: object = {}) =>
  world.as(person, 'approver', 'POST', '/v1/approvals', { id, answer: 'approved', ...more });

/** Anna asks for it. */
async function asked(world: FourEyesWorld, path: string, body: object): Promise<string> {
  const { status, body: said } = await world.as('anna', 'operator', 'POST', path, body);
  expect([status, said.asked?.askedBy]).toEqual([202, anna]);
  return said.asked.id as string;
}
const askAbort = (world: FourEyesWorld) =>
  asked(world, '/v1/campaigns/sp4/abort', { reason: 'wrong release' });

const leaderAt = (store: Store, at: number) =>
  judgeRequests().run(contextOver(store, standingClock(at), keepingDispatcher([])));

const steps = async ({ orchestrator }: FourEyesWorld, to: string) =>
  (await orchestrator.store.audit(200, {})).filter((entry) => entry.to === to);

describe('a command that the setting names', () => {
  test('is approved by its id in any case, and a viewer is offered no command for that', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort'));
    const id = await askAbort(world);
    const shownTo = async (role: 'viewer' | 'approver') => {
      const token = await makeToken(world.orchestrator, `shown-to-${role}`, { role, person: role });
      const env = { SERVPACK_TOKEN: token };
      return (await runHosted(world.orchestrator, ['campaign', 'approvals'], { env })).stdout;
    };
    expect(await shownTo('approver')).toContain(`answer: servpack campaign approve ${id}`);
    const viewer = await shownTo('viewer');
    expect(viewer).toContain('your role may not answer; an approver or an administrator may');
    expect(viewer).not.toContain('campaign approve');
    expect(await approve(world, 'bert', id.replace('sp4', 'SP4'))).toMatchObject({
      status: 200,
      body: { id },
    });
  });

  test.for(roles)('is done by no %s alone, through no door', async (role) => {
    await using world = await startFourEyesWorld(fourEyes(...guardedCommands));
    const before = await recordsOf(world.orchestrator);
    for (const [command, path, body] of doorsOf(world)) {
      const { status, body: said } = await world.as('anna', role, 'POST', path, body);
      expect([path, status, said.asked?.command]).toEqual([path, 202, command]);
      expect(await recordsOf(world.orchestrator)).toBe(before);
      const { id, text, expires, askedBy } = said.asked;
      expect(text.at(-1)).toBe(`Asked by anna (token anna-${role}): ${body.reason}`);
      expect([askedBy, expires]).toEqual([`anna (token anna-${role})`, '2026-11-17T10:00:00Z']);
      // Not oneself, not the same person with another token, and nobody who is not proved.
      for (const [person, own] of [
        ['anna', 'approver'],
        ['CORP\\anna', 'administrator'],
      ] as const) {
        const no = await world.as(person, own, 'POST', '/v1/approvals', { id, answer: 'approved' });
        expect([no.status, no.body.error?.code]).toEqual([409, 'approval.refused']);
      }
      const shared = await world.orchestrator.ask('POST', '/v1/approvals', { id, answer: 'approved' });
      expect(shared.body.error?.message).toContain('is not proved to be one person');
      const back = await world.as('anna', role, 'POST', '/v1/approvals/retract', { id, reason: 'a trial' });
      expect(back.status).toBe(200);
      expect(await recordsOf(world.orchestrator)).toBe(before);
    }
  });

  test.for(roles)('is done at once by an %s where the setting does not name it', async (role) => {
    await using world = await startFourEyesWorld(fourEyes());
    for (const [, path, body] of doorsOf(world)) {
      const before = await recordsOf(world.orchestrator);
      const { status, body: said } = await world.as('anna', role, 'POST', path, body);
      expect([path, status, said.asked]).toEqual([path, 200, undefined]);
      expect([path, (await recordsOf(world.orchestrator)) !== before]).toEqual([path, true]);
    }
    expect(await world.orchestrator.store.requests()).toEqual([]);
  });

  test('can be asked for only by a person who is proved', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort'));
    const { status, body } = await world.orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' });
    expect([status, body.error.code]).toEqual([409, 'approval.person']);
    expect(body.error.message).toContain('nobody could approve what token default asks for');
    // What only stops something is never asked first.
    for (const path of ['/v1/campaigns/sp4/pause', '/v1/halt'])
      expect((await world.orchestrator.ask('POST', path, { reason: 'x' })).status).toBe(200);
    const dry = { file: 'c.yaml', text: 'campaign: sp4\n', reason: 'x', dryRun: true };
    expect((await world.orchestrator.ask('POST', '/v1/campaigns/sp4/edit', dry)).status).not.toBe(202);
  });
});

describe.each(stores)('an approval, on the %s store', (_name, open) => {
  test('carries each command out, under the names of both', async () => {
    await using world = await startFourEyesWorld(fourEyes(...guardedCommands), await open());
    for (const [command, path, body] of doorsOf(world)) {
      const id = await asked(world, path, body);
      const before = await recordsOf(world.orchestrator);
      const yes = await approve(world, 'bert', id, { reason: 'seen' });
      expect([path, yes.status]).toEqual([path, 200]);
      expect(yes.body.because).toMatch(/^approved by bert \(token bert-approver\): seen; ./);
      expect([path, (await recordsOf(world.orchestrator)) !== before]).toEqual([path, true]);
      expect(await steps(world, `${command} approved`)).toContainEqual(
        expect.objectContaining({ who: bert }),
      );
      const done = (await world.orchestrator.store.audit(200, {})).filter(
        ({ who, because }) => who === withApprover(anna, bert) && because.includes(body.reason),
      );
      expect([path, done.length > 0]).toEqual([path, true]);
    }
    expect(unwrapped(await openQuestions(contextAt(world, now), bert, null))).toEqual([]);
  });

  test('of two people at the same time acts once', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort'), await open());
    const id = await askAbort(world);
    const both = await Promise.all([approve(world, 'bert', id), approve(world, 'carl', id)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.filter(({ body }) => body.because.startsWith('ignored: '))).toHaveLength(1);
    expect(await steps(world, 'aborted')).toHaveLength(1);
    expect(await steps(world, 'abort approved')).toHaveLength(1);
  });
});

const contextAt = ({ orchestrator: { store, jobs } }: FourEyesWorld, at: number, over: Store = store) =>
  contextOver(over, standingClock(at), keepingDispatcher(jobs as never));

describe('a request', () => {
  test('stands in the one inbox, and one of its kind is open at a time', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort', 'withdraw'));
    const id = await askAbort(world);
    const other = await asked(world, '/v1/releases/sms-sp3/withdraw', { reason: 'a file is wrong' });
    expect([id, other]).toEqual(['sp4/abort/1', 'sms-sp3/withdraw/2']);
    const { body } = await world.orchestrator.ask('GET', '/v1/approvals');
    expect(body.approvals).toMatchObject([
      { id: other, campaign: '', release: 'sms-sp3', command: 'withdraw' },
      { id, campaign: 'sp4', command: 'abort', by: 'another', onExpiry: 'reject' },
    ]);
    expect(body.approvals[1].text[1]).toBe('Will happen: 7 waiting or deferred clients cancelled.');
    const { store } = world.orchestrator;
    const reading = approvalReading([], await store.requests());
    expect(reading).toMatchObject({ figure: 'approvals_open', value: 2 });
    expect((await world.orchestrator.ask('GET', '/v1/approvals?campaign=sp4')).body.approvals).toHaveLength(
      1,
    );
    const twice = await world.as('carl', 'operator', 'POST', '/v1/campaigns/sp4/abort', { reason: 'x' });
    expect([twice.status, twice.body.error.code]).toEqual([409, 'approval.open']);
    expect(twice.body.error.message).toBe(
      `${anna} has asked for it already, and it waits for another person: sp4/abort/1; a person with the role approver or administrator, other than the one who asked, approves it until 2026-11-17T10:00:00Z with "servpack campaign approve sp4/abort/1", or rejects it with: servpack campaign reject sp4/abort/1 --reason TEXT`,
    );
    // The server says whose request it is, also to another token of the same person.
    for (const [person, isOwn, next] of [
      ['anna', true, 'another person with the role approver or administrator approves it'],
      ['CORP\\anna', true, 'another person with'],
      ['bert', false, 'a person with the role approver or administrator, other than the one who asked'],
    ] as const) {
      const open = await world.as(person, 'approver', 'GET', '/v1/approvals?campaign=sp4');
      expect(open.body.approvals).toMatchObject([{ isOwn, next: expect.stringContaining(next) }]);
    }
    const changed = await approve(world, 'bert', id, { shown: '0'.repeat(64) });
    expect(changed.body.error.code).toBe('approval.changed');
  });

  test('is rejected by another person, or taken back by the same one, and then asked for again', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort'));
    const first = await askAbort(world);
    const foreign = await world.as('carl', 'operator', 'POST', '/v1/approvals/retract', {
      id: first,
      reason: 'x',
    });
    expect(foreign.body.error.message).toContain('only they take it back');
    const no = { id: first, answer: 'rejected', reason: 'payroll runs' };
    expect((await world.as('bert', 'approver', 'POST', '/v1/approvals', no)).body.because).toBe(
      `rejected by ${bert}: payroll runs`,
    );
    const late = await approve(world, 'carl', first);
    expect([late.status, late.body.error?.message]).toEqual([
      409,
      expect.stringContaining('sp4/abort/1 is closed'),
    ]);
    const second = await askAbort(world);
    expect(second).toBe('sp4/abort/2');
    // The id of the first one does not answer the second one.
    expect((await approve(world, 'bert', first)).status).toBe(404);
    const back = { id: second, reason: 'it was another campaign' };
    const taken = await world.as('anna', 'viewer', 'POST', '/v1/approvals/retract', back);
    expect(taken.status).toBe(403);
    expect((await world.as('anna', 'approver', 'POST', '/v1/approvals/retract', back)).status).toBe(200);
    expect((await world.orchestrator.store.readCampaign('sp4'))?.campaign.state.status).toBe('running');
    // Each begins an alarm, which ends with its answer.
    const entries = (await world.orchestrator.store.audit(200, {})).filter(({ to }) =>
      to.startsWith('abort '),
    );
    const happenings = entries.toReversed().flatMap((entry) => happeningsOf(entry, null));
    const alarm = 'request|sp4/abort';
    expect(happenings.map(({ kind, opens, closes }) => [kind, opens ?? closes?.[0]])).toEqual([
      ['approval.requested', alarm],
      ['approval.decided', alarm],
      ['approval.requested', alarm],
      ['approval.decided', alarm],
    ]);
  });

  test('expires', async () => {
    await using world = await startFourEyesWorld(fourEyes('abort'));
    const { store } = world.orchestrator;
    const id = await askAbort(world);
    const late = now + 3_600_000;
    await leaderAt(store, late - 1);
    expect(await steps(world, 'abort expired')).toEqual([]);
    const refused = await answerQuestion(contextAt(world, late), bert, { id, answer: 'approved' });
    expect(refused).toMatchObject({ error: { code: 'approval.refused' } });
    await leaderAt(store, late);
    expect(await steps(world, 'abort expired')).toHaveLength(1);
    await askAbort(world);
    await leaderAt(store, late);
    expect(await steps(world, 'abort expired')).toHaveLength(2);
    // What was closed long ago is forgotten.
    await leaderAt(store, late + 8 * 24 * 3_600_000);
    expect(await store.requests()).toEqual([]);
    // Its number is not: an old id never means another request.
    expect(await askAbort(world)).toBe('sp4/abort/3');
  });

  test('is closed with the cause when its command has become wrong', async () => {
    const setting = fourEyes('abort', 'edit', 'withdraw');
    await using world = await startFourEyesWorld(setting);
    const doors = doorsOf(world).filter(([command]) => setting.commands.has(command));
    const ids: string[] = [];
    for (const [, path, body] of doors)
      if (!path.endsWith('/revert')) ids.push(await asked(world, path, body));
    setting.commands.clear();
    for (const [, path, body] of doors)
      expect((await world.as('olga', 'administrator', 'POST', path, body)).status).toBe(200);
    const why: string[] = [];
    for (const id of ids) {
      const { status, body } = await approve(world, 'bert', id);
      expect([status, body.error.code]).toEqual([409, 'approval.void']);
      why.push(body.error.message);
    }
    expect(why).toEqual([
      expect.stringContaining('release sms-sp3 was withdrawn already'),
      expect.stringContaining('campaign sp4 was edited since'),
      expect.stringContaining('was aborted already'),
    ]);
    const { body } = await world.orchestrator.ask('GET', '/v1/approvals');
    expect(body.approvals).toEqual([]);
    expect(await steps(world, 'aborted')).toHaveLength(1);
  });
});

const writes = /^(?:commit|change|stage|deliver|end)/;

/** What of the command was done, however often it was tried; one number for each. */
async function timesDone(world: FourEyesWorld, command: string): Promise<number> {
  const { store } = world.orchestrator;
  if (command === 'abort') return (await steps(world, 'aborted')).length;
  if (command === 'withdraw') return (await steps(world, 'withdrawn')).length;
  if (command === 'edit') return ((await store.readCampaign('sp4'))?.campaign.edition ?? 0) - 1;
  const client = command === 'unmark' ? world.marked : world.relocated[0];
  const stored = await store.readUpgrade({ campaign: 'sp4', client: client ?? '' });
  return (stored?.upgrade.attempt ?? 0) - 1;
}

describe('an orchestrator that is killed while it carries out', () => {
  const doors = doorsOf({ relocated: ['pc-1'] }).map(([command], index) => ({ command, index }));

  test.for(doors)('$command (door $index): it stays open, or is done once', async ({ index }) => {
    let deaths = 0;
    // A death at a read is one before the next write, or after the last.
    for (let fatal = 1, isAlive = false; !isAlive; fatal += 1)
      for (const isWritten of [false, true]) {
        await using world = await startFourEyesWorld(fourEyes(...guardedCommands));
        const { store } = world.orchestrator;
        const [command, path, body] = doorsOf(world)[index] ?? doorsOf(world)[0];
        const id = await asked(world, path, body);
        let calls = 0;
        const dying = dyingStore(store, (method) => writes.test(method) && (calls += 1) === fatal, isWritten);
        const answered = await answerQuestion(contextAt(world, now, dying), bert, {
          id,
          answer: 'approved',
        }).catch(() => null);
        isAlive = calls < fatal;
        deaths += answered === null ? 1 : 0;
        const left = (await store.requests()).map(({ request }) => [requestName(request), request.state.is]);
        const isAsked = left[0]?.[1] === 'asked';
        const early = isAsked ? await timesDone(world, command) : 0;
        // The leader does what is left to do; what is still asked waits for an approval.
        await leaderAt(store, now + 15_000);
        if (isAsked) await approve(world, 'bert', id);
        await leaderAt(store, now + 15_000);
        expect([fatal, isWritten, early, await timesDone(world, command)]).toEqual([fatal, isWritten, 0, 1]);
        const [record] = await store.requests();
        expect([fatal, record?.request.state.is]).toEqual([fatal, 'done']);
      }
    expect(deaths).toBeGreaterThan(3);
  });
});

test('what may have been carried out before is not said to be undone', async () => {
  await using world = await startFourEyesWorld(fourEyes('undo'));
  const { store } = world.orchestrator;
  const [client = ''] = world.relocated;
  const id = await asked(world, `/v1/clients/${client}/undo`, { reason: 'its packages fail' });
  let written = 0;
  // The approval is the first write, the change of the client the second.
  const dying = dyingStore(store, (method) => writes.test(method) && (written += 1) === 2, true);
  const approved = answerQuestion(contextAt(world, now, dying), bert, { id, answer: 'approved' });
  await expect(approved).rejects.toThrow('dead');
  const movedBack = (upgrade: Upgrade) =>
    withMemory(changes.failed(upgrade), {
      request: null,
      learned: { relocation: 'undone', beforeRelocation: null },
    });
  await bring(store, client, movedBack, { index: 'settled' }, 'sp4', 2);
  await leaderAt(store, now + 15_000);
  const [record] = await store.requests();
  expect(record?.request.state).toMatchObject({
    is: 'void',
    because: expect.stringContaining(`it may have been carried out before: servpack audit show ${client}`),
  });
});

test('the command line says what is asked, of whom, and what comes next', async () => {
  await using world = await startFourEyesWorld(fourEyes('abort', 'withdraw'));
  const { orchestrator } = world;
  const tokens = {
    anna: await makeToken(orchestrator, 'cli-anna', { role: 'administrator', person: 'anna' }),
    bert: await makeToken(orchestrator, 'cli-bert', { role: 'approver', person: 'bert' }),
  };
  const cli = (person: keyof typeof tokens, ...args: readonly string[]) =>
    runHosted(orchestrator, args, { env: { SERVPACK_TOKEN: tokens[person] } });
  const abort = ['campaign', 'abort', 'sp4', '--yes', '--reason', 'wrong release'];
  const first = await cli('anna', ...abort);
  expect([first.code, first.stderr]).toEqual([7, '']);
  expect(first.stdout).toContain(
    'Nothing was done yet: sp4/abort/1 waits for the approval of another person.\n  Campaign sp4, release sms-sp4, running: ',
  );
  expect(first.stdout).toContain(
    'expires 2026-11-17T10:00:00Z, then: reject\n  another person must approve\n',
  );
  expect(first.stdout).toContain(
    '\nnext: another person with the role approver or administrator approves it until 2026-11-17T10:00:00Z with "servpack campaign approve sp4/abort/1"; take it back with: servpack campaign retract sp4/abort/1 --reason TEXT\n',
  );
  const withdraw = ['release', 'withdraw', 'sms-sp3', '--reason', 'a file is wrong'];
  const json = await cli('anna', ...withdraw, '--json');
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
    7,
    { asked: { id: 'sms-sp3/withdraw/2', isOwn: true } },
  ]);
  const back = await cli('anna', 'campaign', 'retract', 'sms-sp3/withdraw/2', '--reason', 'a trial');
  expect(back.stdout).toMatch(/^sms-sp3\/withdraw\/2: taken back by anna \(token cli-anna.*\): a trial\n$/);
  // Who has asked is not asked to confirm what the orchestrator refuses.
  const list = await cli('anna', 'campaign', 'approvals', 'sp4');
  expect(list.stdout).toContain('you have asked for it; take it back: servpack campaign retract sp4/abort/1');
  expect(list.stdout).not.toContain('campaign approve');
  for (const yes of [['--yes'], []]) {
    const own = await cli('anna', 'campaign', 'approve', 'sp4/abort/1', ...yes);
    expect([own.code, own.stdout]).toEqual([1, '']);
    expect(own.stderr).toContain('asked for it');
  }
  const yes = await cli('bert', 'campaign', 'approve', 'sp4/abort/1', '--yes');
  expect([yes.code, yes.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^sp4\/abort\/1: approved by bert \(token cli-bert.*\); campaign sp4 was aborted; 1 client is still marked, and installs at the next logon; take the mark back with: servpack campaign unmark sp4 --reason TEXT\n$/s,
    ),
  ]);
});

test('an unmark that is approved says which marks can be taken back only later', async () => {
  await using world = await startFourEyesWorld(fourEyes('unmark'));
  const { store } = world.orchestrator;
  const restarting = { ...rest, keepsSlots: true } as Commit['place'];
  const client = (await firstWave(world.orchestrator, 4)).at(-1) ?? '';
  await bring(store, client, changes.restarting, restarting);
  await world.as('anna', 'operator', 'POST', '/v1/campaigns/sp4/abort', { reason: 'x' });
  const { body } = await world.as('anna', 'operator', 'POST', '/v1/campaigns/sp4/unmark', { reason: 'x' });
  const later = 'Marked and not finished yet: 1 more client. Ask again later.';
  expect(body.asked.text[1]).toContain(later);
  await approve(world, 'bert', body.asked.id);
  const [record] = await store.requests();
  expect(JSON.stringify(record?.request.state)).toContain(`the marks of 1 client are taken back; ${later}`);
});

test('a thread edits a campaign as the permit allows that it is given', async () => {
  const { store, url, prefix } = await openTestStore();
  await using world = await startFourEyesWorld(fourEyes('edit'), store);
  const config = unwrapped(
    readConfig({ REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_DATA: world.orchestrator.folder }),
  );
  const background = openBackground(config);
  const [, , change] = doorsOf(world)[1];
  const edit = { ...change, campaign: 'sp4', dryRun: false };
  for (const scope of ['look', 'beforeStart'] as const) {
    const permit = { by: anna, scope };
    expect(await background('editCampaign', anna, { ...edit, permit })).toMatchObject({
      error: { code: 'campaign.changed' },
    });
  }
  const permit = { by: withApprover(anna, bert), scope: 'all' } as const;
  expect(unwrapped(await background('editCampaign', anna, { ...edit, permit })).isApplied).toBe(true);
  expect((await store.editionHeads('sp4')).at(-1)).toMatchObject({
    by: withApprover(anna, bert),
    because: 'the line is slow',
  });
});
