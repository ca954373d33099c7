import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmRemoval } from '../../orchestrator/cli/commands/fleet-remove.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import { personTyping } from '../fixtures/person.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, bring, changes, firstWave, rest, wide } from './admitted-clients.ts';
import { openListener } from './check-in-listener.ts';

const remove = (orchestrator: SmallOrchestrator, clients: readonly string[], more = {}) =>
  orchestrator.ask('POST', '/v1/fleet/remove', { clients, reason: 'scrapped', ...more }, anna);

const names = async ({ store }: SmallOrchestrator) =>
  (await Array.fromAsync(store.fleet())).map(({ client }) => client).sort();

const row = (client: string, logonServer = 'LS-MIL'): string =>
  `client,host,logonServer\n${client},NEW-${client},${logonServer}\n`;

const failed = { index: 'settled' } as const;

describe.each(storesAndShards)('clients that leave the fleet, on the %s store', (_name, open) => {
  test('are named in any case, leave it, and stand in the audit with the person and the reason', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const [client = '', other = ''] = await firstWave(orchestrator, 2);
    await bring(orchestrator.store, client, changes.failed, failed);
    const dry = await remove(orchestrator, [client.toUpperCase()], { dryRun: true });
    expect(dry.body).toEqual({ dryRun: true, removed: 1, total: 9, clients: [client] });
    expect(await names(orchestrator)).toHaveLength(10);
    const { body } = await remove(orchestrator, [client.toUpperCase()]);
    expect(body).toEqual({ dryRun: false, removed: 1, total: 9, clients: [client] });
    expect(await names(orchestrator)).not.toContain(client);
    const list = (await orchestrator.ask('GET', '/v1/fleet?limit=0')).body;
    expect([list.total, list.found]).toEqual([9, 9]);
    for (const spelling of [client, client.toUpperCase()]) {
      const shown = (await orchestrator.ask('GET', `/v1/audit/clients/${spelling}`)).body;
      expect(shown.client).toBe(client);
      expect(shown.entries.filter(({ to }: { to: string }) => to === 'removed')).toMatchObject([
        { client, who: 'token default (says anna)', because: 'removed from the fleet: scrapped' },
      ]);
    }
    expect((await orchestrator.ask('GET', `/v1/clients/${client}`)).status).toBe(404);
    expect((await orchestrator.ask('GET', `/v1/clients/${other}`)).status).toBe(200);
  });

  test('stay while a campaign has something open on one, or one waits in a campaign at work', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store } = orchestrator;
    const [marked = '', driven = '', waits = '', deferred = ''] = await firstWave(orchestrator, 4);
    await bring(store, marked, changes.deferredMarked, rest);
    await bring(store, driven, (upgrade) => upgrade, { index: 'driven' });
    await bring(store, deferred, changes.deferred, rest);
    const because = {
      [marked]: 'it is marked',
      [driven]: 'a worker is at work on it',
      [waits]: 'it waits for its turn',
      [deferred]: 'it has not settled',
    };
    for (const [client, why] of Object.entries(because)) {
      const { status, body } = await remove(orchestrator, [client]);
      expect([status, body.error.code]).toEqual([409, 'fleet.kept']);
      expect(body.error.message).toContain(
        `nothing was removed: 1 of 1 is kept by a campaign; client ${client} of campaign sp4: ${why}`,
      );
    }
    expect((await remove(orchestrator, [marked], { gone: true })).status).toBe(409);
    const before = await store.audit(1);
    const all = await remove(orchestrator, ['pc-8', ...Object.keys(because)]);
    expect(all.body.error.message).toMatch(/^nothing was removed: 5 of 5 are kept by a campaign; /);
    expect([await names(orchestrator), await store.audit(1)]).toMatchObject([{ length: 10 }, before]);
    const unknown = await remove(orchestrator, ['pc-8', 'pc-77', 'pc-78']);
    expect([unknown.status, unknown.body.error.message]).toEqual([
      404,
      expect.stringContaining('nothing was removed: there is no client named pc-77, pc-78 in the fleet'),
    ]);
  });

  test('stay while a settled upgrade has left something open on one, unless the machines are gone', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store } = orchestrator;
    const [marked = '', unfinished = ''] = await firstWave(orchestrator, 2);
    const open_ = { mark: { at: 1, bootId: 'boot-1' }, leftMarked: true };
    await bring(store, marked, (each) => withMemory(changes.failed(each), { open: open_ }), failed);
    await bring(
      store,
      unfinished,
      (each) => withMemory(changes.failed(each), { open: { unfinished: true } }),
      failed,
    );
    const refused = await remove(orchestrator, [marked, unfinished]);
    expect(refused.body.error.message).toContain(
      `client ${marked} of campaign sp4: it ended marked, and installs at its next logon; ` +
        `client ${unfinished} of campaign sp4: a procedure may be unfinished there; ` +
        'take it back first (servpack campaign unmark sp4 --reason …), or say --gone where the machines are gone',
    );
    const marks = async () => (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.stillMarked;
    expect(await marks()).toBe(1);
    expect((await remove(orchestrator, [marked, unfinished], { gone: true })).body.removed).toBe(2);
    // No person can take a mark back there: nothing may wait for it, nor advise it.
    expect(await marks()).toBe(0);
    const shown = (await orchestrator.ask('GET', `/v1/audit/clients/${marked}`)).body;
    expect(shown.entries.at(-1)).toMatchObject({
      who: 'token default (says anna)',
      because: 'the machine is gone; before, it ended marked, and installs at its next logon: scrapped',
    });
  });

  test('are new clients when they come back: no former campaign counts, and none opens them again', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store } = orchestrator;
    const [client = '', waits = ''] = await firstWave(orchestrator, 2);
    await bring(store, client, changes.failed, failed);
    await remove(orchestrator, [client]);
    const retried = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', { which: 'failed' }, anna);
    expect(retried.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 1 });
    const imported = await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text: row(client) });
    expect(imported.body).toMatchObject({ added: 1, total: 10 });
    const show = await orchestrator.ask('GET', `/v1/clients/${client}`);
    expect(show.body.part).toBeNull();
    const why = await orchestrator.ask('GET', `/v1/clients/${client}/why`);
    expect(why.body.error.message).toBe(`client ${client} is in no campaign`);
    const past = await orchestrator.ask('GET', `/v1/clients/${client}/why?campaign=sp4`);
    expect(past.body).toMatchObject({ campaign: 'sp4', end: 'failed' });
    for (const asked of [{ which: 'failed' }, { which: 'unreachable' }]) {
      const again = await orchestrator.ask('POST', '/v1/campaigns/sp4/retry', asked, anna);
      expect(again.body).toEqual({ campaign: 'sp4', reopened: 0, passedOver: 1 });
    }
    const one = await orchestrator.ask('POST', `/v1/clients/${client}/retry`, {
      reason: 'again',
      campaign: 'sp4',
    });
    expect(one.body.error.message).toBe(
      `client ${client} in campaign sp4: it was removed from the fleet; a client that has its name now is another one`,
    );
    expect((await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.states).toMatchObject({ failed: 1 });
    expect((await orchestrator.ask('GET', `/v1/clients/${waits}`)).body.part.campaign).toBe('sp4');
  });

  test('are asked for at a terminal: the name of one, the number of several', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store, url, token } = orchestrator;
    const clients = await firstWave(orchestrator, 2);
    for (const client of clients) await bring(store, client, changes.failed, failed);
    const api = openApiClient({ url, token, user: 'anna' });
    const [one = ''] = clients;
    const no = personTyping('yes\n');
    expect(await confirmRemoval(api, { clients: [one], gone: false }, no.terminal)).toMatchObject({
      ok: false,
      error: { code: 'confirm.no' },
    });
    expect(no.shown()).toContain(`1 client leaves the fleet: ${one}.`);
    expect(no.shown()).toContain(`type ${one} to remove: `);
    const named = personTyping(`${one}\n`);
    expect((await confirmRemoval(api, { clients: [one], gone: false }, named.terminal)).ok).toBe(true);
    const two = personTyping('2\n');
    expect((await confirmRemoval(api, { clients, gone: false }, two.terminal)).ok).toBe(true);
    expect(two.shown()).toContain(`2 clients leave the fleet: ${clients.join(', ')}.`);
    expect(await names(orchestrator)).toHaveLength(10);
  });
});

describe.each(storesAndShards)('the check-in of a removed client, on the %s store', (_name, open) => {
  test('is refused from then on, also when the name comes back', async () => {
    const listener = await openListener(await open());
    const { orchestrator } = listener;
    const token = await listener.tokenOf('pc-1');
    expect((await listener.checkIn('pc-1', token)).status).toBe(200);
    await remove(orchestrator, ['pc-1']);
    const gone = await listener.checkIn('PC-1', token);
    expect([gone.status, gone.text]).toEqual([
      401,
      'refused: the token of PC-1 was revoked; it needs a new one\n',
    ]);
    await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text: row('pc-1') });
    expect((await listener.checkIn('pc-1', token)).status).toBe(401);
    const next = await listener.tokenOf('pc-1');
    expect(next).not.toBe(token);
    expect((await listener.checkIn('pc-1', next)).status).toBe(200);
    expect((await listener.checkIn('pc-2', await listener.tokenOf('pc-2'))).status).toBe(200);
  });
});

test('fleet remove takes names, or a list in a file, and needs --yes without a terminal', async () => {
  const listener = await openListener();
  const { orchestrator } = listener;
  const list = orchestrator.write('gone.txt', '#scrapped\r\nPC-3,pc-4\r\n\r\npc-5 # no 3\r\n');
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runHosted(orchestrator, ['fleet', 'remove', ...args]);
    return [code, stdout, stderr] as const;
  };
  expect(await run('pc-1')).toEqual([
    2,
    '',
    'servpack: nothing was changed: there is no terminal to ask for confirmation; add --yes to remove\n',
  ]);
  expect(await run('--file', list, '--dry-run')).toEqual([
    0,
    'Would be removed: pc-3, pc-4, pc-5\n3 clients; the fleet would have 7 clients. Nothing was changed\n',
    '',
  ]);
  expect(await run('--file', list, '--yes')).toEqual([
    0,
    'Removed: pc-3, pc-4, pc-5\n3 clients removed; the fleet has 7 clients\n',
    '',
  ]);
  expect((await run('--file', list, '--yes'))[0]).toBe(4);
  expect((await run('pc-1', '--file', list))[2]).toContain('give either names of clients, or --file LIST');
  expect((await run())[0]).toBe(2);
  expect((await run('--file', orchestrator.write('none.txt', '# nobody\n')))[2]).toContain(
    'has no client in it',
  );
  expect(await run('PC-1', '--yes', '--json')).toMatchObject([0, expect.stringContaining('"pc-1"'), '']);
});
