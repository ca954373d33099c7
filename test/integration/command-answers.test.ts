import { describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import type { Terminal } from '../../orchestrator/cli/client/confirm.ts';
import { confirmAbort } from '../../orchestrator/cli/commands/campaign-abort.ts';
import { confirmUnmark } from '../../orchestrator/cli/commands/unmark.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import type { Commit } from '../../shared/store/upgrade-store.ts';
import { personTyping } from '../fixtures/person.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { anna, bring, changes, firstWave, rest, wide } from './admitted-clients.ts';

test('a check-in of a finished client says how it finished, and when', async () => {
  await using orchestrator = await startRunning(undefined, wide);
  const [client = ''] = await firstWave(orchestrator, 1);
  await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
  const { code, stdout } = await runHosted(orchestrator, ['client', 'checkin', client]);
  expect([code, stdout]).toEqual([
    0,
    `${client}: nothing to do: it is already finished (failed 2026-11-17T09:00:00Z) in campaign sp4\n`,
  ]);
});

test('the end of a halt names the campaigns that stay paused and the servers that stay held, and by whom', async () => {
  await using orchestrator = await startRunning();
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones' }, anna);
  const hold = { logonServers: ['LS-ROM'], reason: 'payroll' };
  await orchestrator.ask('POST', '/v1/campaigns/sp4/hold', hold, anna);
  const halted = await runHosted(orchestrator, ['halt', '--reason', 'network']);
  expect(halted.stdout).toMatch(/work in progress is completed\. Undo: servpack unhalt\n$/);
  const { stdout } = await runHosted(orchestrator, ['unhalt']);
  expect(stdout).toBe(
    'The halt is over. Running campaigns go on.\nStill paused: sp4 (by token default (says anna))\n' +
      'Still held: LS-ROM in sp4 (by token default (says anna))\n',
  );
});

const restKeepingSlots = { ...rest, keepsSlots: true } as Commit['place'];

const apiOf = ({ url, token }: SmallOrchestrator) => openApiClient({ url, token, user: 'anna' });

/** What a question shows before its answer, sentence by sentence: a terminal folds long ones. */
async function questionOf(
  ask: (api: ApiClient, name: string, terminal: Terminal) => Promise<unknown>,
  orchestrator: SmallOrchestrator,
): Promise<readonly string[]> {
  const { terminal, shown } = personTyping('no\n');
  await ask(apiOf(orchestrator), 'sp4', terminal);
  return shown().split(/\r?\n/);
}

describe('a question says what will happen, what will not, and how to take it back', () => {
  test('an abort, in numbers', async () => {
    await using orchestrator = await startRunning(undefined, wide);
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, a, changes.failed, { index: 'settled' });
    await bring(orchestrator.store, b, changes.deferred, rest);
    expect((await questionOf(confirmAbort, orchestrator)).slice(0, 6)).toEqual([
      'Campaign sp4, release sms-sp4, running: 1 of 10 clients finished.',
      'Will happen: 9 waiting or deferred clients cancelled.',
      '1 finished client stays as it is.',
      'No mark is taken back: a marked client still installs at its next logon.',
      'Undo: none. An aborted campaign cannot be resumed.',
      'To stop it for a while only: servpack campaign pause sp4 --reason …',
    ]);
    // What was said is what comes.
    const aborted = await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'wrong' });
    expect(aborted.body).toMatchObject({ finishing: 0 });
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body.states).toMatchObject({ failed: 1, cancelled: 9, waiting: 0, deferred: 0 });
  });

  test('an abort, by what is open on the clients', async () => {
    await using orchestrator = await startRunning(undefined, wide);
    const [a = '', b = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, a, changes.restarting, rest);
    await bring(orchestrator.store, b, (upgrade) => upgrade, rest);
    expect((await questionOf(confirmAbort, orchestrator)).slice(0, 5)).toEqual([
      'Campaign sp4, release sms-sp4, running: 0 of 10 clients finished.',
      'Will happen: 8 waiting or deferred clients cancelled.',
      'Will happen: 1 active client cancelled after the step that runs.',
      'Will happen: 1 client cancelled after the restart or the change that has begun.',
      'No mark is taken back: a marked client still installs at its next logon.',
    ]);
    const aborted = await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'wrong' });
    expect(aborted.body).toMatchObject({ finishing: 1, cancelling: false });
    const { body } = await orchestrator.ask('GET', '/v1/campaigns/sp4');
    expect(body.states).toMatchObject({ cancelled: 9, restarting: 1 });
  });

  test('an unmark, in numbers', async () => {
    await using orchestrator = await startRunning(undefined, wide);
    const [client = ''] = await firstWave(orchestrator, 1);
    const leftMarked = (upgrade: Upgrade): Upgrade =>
      withMemory(changes.failed(upgrade), { open: { leftMarked: true } });
    await bring(orchestrator.store, client, leftMarked, { index: 'settled' });
    expect((await questionOf(confirmUnmark, orchestrator)).slice(0, 4)).toEqual([
      '1 finished client of campaign sp4 is still marked: each installs sms-sp4 at its next logon.',
      'Will happen: the mark of 1 client is taken back, if the client can be reached.',
      'Will not happen: how each client ended, and why, stays in the report. A client that has installed meanwhile stays upgraded.',
      'Undo: none. Only a new attempt marks a client again.',
    ]);
  });

  test('an unmark says how many more marked clients come after their restart', async () => {
    await using orchestrator = await startRunning(undefined, wide);
    const [client = '', other = ''] = await firstWave(orchestrator, 2);
    const leftMarked = (upgrade: Upgrade): Upgrade =>
      withMemory(changes.failed(upgrade), { open: { leftMarked: true } });
    await bring(orchestrator.store, client, leftMarked, { index: 'settled' });
    await bring(orchestrator.store, other, changes.restarting, restKeepingSlots);
    await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'x' });
    const later = 'Marked and not finished yet: 1 more client. Ask again later.';
    expect((await questionOf(confirmUnmark, orchestrator))[1]).toBe(later);
    const status = async () =>
      (await runHosted(orchestrator, ['campaign', 'status', 'sp4'])).stdout.split('\n');
    const unmark = 'servpack campaign unmark sp4 --reason TEXT';
    expect(await status()).toContain(
      `marked: 2 clients WILL still install sms-sp4; what has begun on 1 of them is completed first, and the marks of the other 1 can be taken back now: ${unmark}`,
    );
    // Nothing can be unmarked once that is done, so nothing offers it.
    await orchestrator.ask('POST', '/v1/campaigns/sp4/unmark', { reason: 'x' });
    expect((await status()).join('\n')).not.toContain(unmark);
  });
});

test('what a person did to one client is answered with the way back, which works', async () => {
  await using orchestrator = await startRunning(undefined, wide);
  const [client = ''] = await firstWave(orchestrator, 1);
  await bring(orchestrator.store, client, changes.failed, { index: 'settled' });
  const said = async (what: string) =>
    (await runHosted(orchestrator, ['client', what, client, '--reason', 'x'])).stdout.split('\n')[1];
  expect(await said('retry')).toBe(`Undo: servpack client skip ${client} --campaign sp4 --reason TEXT`);
  expect(await said('skip')).toBe(
    [`Undo: servpack client retry ${client} --campaign sp4 --reason TEXT`, '# once its wave is open'].join(
      '   ',
    ),
  );
  expect(await said('retry')).toBe(`Undo: servpack client skip ${client} --campaign sp4 --reason TEXT`);
});

test('the answer to the pause of a start names its own undo', async () => {
  const scheduled = 'campaign: sp5\nrelease: sms-sp4\nstartAt: 2026-11-17 20:00 UTC\n';
  await using orchestrator = await startRunning(undefined, wide);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'another follows' }, anna);
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: scheduled });
  expect((await orchestrator.ask('POST', '/v1/campaigns/sp5/start')).body.status).toBe('scheduled');
  const said = async (...args: readonly string[]) =>
    (await runHosted(orchestrator, ['campaign', ...args])).stdout.trimEnd().split('\n').slice(1);
  expect(await said('pause', 'sp5', '--reason', 'payroll')).toEqual([
    'The campaign does not start before it is resumed.',
    'Undo: servpack campaign resume sp5',
  ]);
  expect((await said('list')).join('\n')).toMatch(/^sp5 +sms-sp4 +scheduled, paused +10 /mu);
});
