import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { confirmPrune } from '../../orchestrator/cli/commands/fleet-import.ts';
import { importLines } from '../../orchestrator/cli/render/fleet-changes.ts';
import { personTyping } from '../fixtures/person.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startRunning,
  startSmallOrchestrator,
} from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { anna, bring, changes, firstWave, wide } from './admitted-clients.ts';

const imported = (orchestrator: SmallOrchestrator, text: string, more = {}) =>
  orchestrator.ask('POST', '/v1/fleet', { file: 'b.csv', text, ...more }, anna);

async function exported({ url, token }: SmallOrchestrator): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${url}/v1/fleet/export?format=csv`, { headers })).text();
  return text.trim().split('\n').toSorted();
}

const header = 'client,host,logonServer,zone,role,labels,port,hostKey';

interface Row {
  readonly client: string;
  readonly host: string;
  readonly server: string;
  readonly labels: string;
}

const rows = fc.uniqueArray(
  fc.uniqueArray(
    fc.record({
      client: fc.constantFrom('pc-1', 'pc-2', 'PC-3', 'pc-4', 'Pc-5', 'pc-6'),
      host: fc.constantFrom('a', 'b', '10.0.0.1', '10.0.0.2', 'c.corp', 'd'),
      server: fc.constantFrom('LS-1', 'LS-2'),
      labels: fc.constantFrom('', 'office', 'office shop'),
    }),
    { selector: ({ client }) => client, minLength: 1, maxLength: 6 },
  ),
  { minLength: 2, maxLength: 4, selector: (file) => JSON.stringify(file) },
);

const uniqueHosts = (file: readonly Row[]): readonly Row[] =>
  file.filter(({ host }, at) => file.findIndex((other) => other.host === host) === at);

const csvOf = (file: readonly Row[]): readonly string[] =>
  file.map(({ client, host, server, labels }) => `${client},${host},${server},UTC,workstation,${labels},,`);

describe.each(storesAndShards)('fleet import --prune, on the %s store', (_name, open) => {
  test('makes the fleet that of the file, whatever it was before: export, list and counts say so', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    const { store } = orchestrator;
    await fc.assert(
      fc.asyncProperty(rows, async (files) => {
        for (const file of files.map(uniqueHosts)) {
          const lines = csvOf(file);
          const before = await store.fleetSize();
          const { status, body } = await imported(orchestrator, `${header}\n${lines.join('\n')}\n`, {
            prune: true,
          });
          expect([status, body]).toMatchObject([200, { total: lines.length, notInFile: 0 }]);
          expect(before - body.removed + body.added).toBe(lines.length);
          expect(await exported(orchestrator)).toEqual([header, ...lines].toSorted());
          const list = (await orchestrator.ask('GET', '/v1/fleet')).body;
          expect([list.total, list.found, await store.fleetSize()]).toEqual(Array(3).fill(lines.length));
          expect([...(await store.logonServers()).values()].reduce((sum, each) => sum + each, 0)).toBe(
            lines.length,
          );
        }
      }),
      { numRuns: 10 },
    );
  });

  test('shows who would leave, and is refused with another number than the one that was shown', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await imported(orchestrator, fleetCsv);
    const kept = fleetCsv.split('\n').slice(0, 8).join('\n');
    const dry = await imported(orchestrator, kept, { prune: true, dryRun: true });
    expect(dry.body).toMatchObject({
      dryRun: true,
      removed: 3,
      leaving: ['pc-7', 'pc-8', 'srv-1'],
      notInFile: 0,
      unchanged: 7,
      total: 7,
    });
    expect(await orchestrator.store.fleetSize()).toBe(10);
    const other = await imported(orchestrator, kept, { prune: true, removes: 2 });
    expect([other.status, other.body.error.code]).toEqual([409, 'fleet.changed']);
    expect(await orchestrator.store.fleetSize()).toBe(10);
    expect((await imported(orchestrator, kept, { prune: true, removes: 3 })).body.removed).toBe(3);
    const shown = (await orchestrator.ask('GET', '/v1/audit/clients/pc-8')).body;
    expect(shown.entries.at(-1)).toMatchObject({
      to: 'removed',
      because: 'removed from the fleet: not in b.csv',
    });
  });

  test('is refused, and changes nothing, while a campaign keeps a client that would leave', async () => {
    await using orchestrator = await startRunning(await open(), wide);
    const { store } = orchestrator;
    const [failed = '', waits = ''] = await firstWave(orchestrator, 2);
    await bring(store, failed, changes.failed, { index: 'settled' });
    const without = (client: string): string =>
      fleetCsv
        .split('\n')
        .filter((line) => !line.startsWith(`${client},`))
        .join('\n')
        .replaceAll('office', 'moved');
    const refused = await imported(orchestrator, without(waits), { prune: true });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'fleet.kept']);
    expect(refused.body.error.message).toContain(`client ${waits} of campaign sp4: it waits for its turn`);
    expect((await Array.fromAsync(store.fleet())).some(({ labels }) => labels.includes('moved'))).toBe(false);
    expect((await imported(orchestrator, without(failed), { prune: true })).body).toMatchObject({
      removed: 1,
      leaving: [failed],
      total: 9,
    });
  });

  test('takes a machine that has a new name, and refuses a name in another case with its line', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await imported(orchestrator, 'client,host,logonServer\npc-1,10.0.0.1,LS-1\npc-2,10.0.0.2,LS-1\n');
    const renamed = 'client,host,logonServer\npc-9,10.1,LS-1\npc-2,10.0.0.2,LS-1\n';
    expect((await imported(orchestrator, renamed)).status).toBe(400);
    expect((await imported(orchestrator, renamed, { prune: true })).body).toMatchObject({
      added: 1,
      removed: 1,
      total: 2,
    });
    const cased = 'client,host,logonServer\npc-9,10.1,LS-1\nPC-2,10.0.0.2,LS-1\n';
    const { status, body } = await imported(orchestrator, cased, { prune: true });
    expect([status, body.error.faults]).toMatchObject([400, [{ line: 3, expected: 'the spelling pc-2' }]]);
    expect(await orchestrator.store.fleetSize()).toBe(2);
  });

  test('asks a person for the number of clients that leave', async () => {
    await using orchestrator = await startSmallOrchestrator(await open());
    await imported(orchestrator, fleetCsv);
    const { url, token } = orchestrator;
    const api = openApiClient({ url, token, user: 'anna' });
    const text = fleetCsv.split('\n').slice(0, 8).join('\n');
    const body = { file: 'b.csv', text, columns: [], prune: true, gone: false };
    const no = personTyping('yes\n');
    expect(await confirmPrune(api, body, importLines, no.terminal)).toMatchObject({ ok: false });
    expect(no.shown()).toContain('Would be removed: pc-7, pc-8, srv-1');
    expect(no.shown()).toContain('type 3 to import, and remove so many clients: ');
    const three = personTyping('3\n');
    expect(await confirmPrune(api, body, importLines, three.terminal)).toEqual({
      ok: true,
      value: { removes: 3 },
    });
    const all = personTyping('');
    expect(await confirmPrune(api, { ...body, text: fleetCsv }, importLines, all.terminal)).toEqual({
      ok: true,
      value: { removes: 0 },
    });
  });
});

test('fleet import --prune needs --yes without a terminal, and says what it has removed', async () => {
  await using orchestrator = await startSmallOrchestrator();
  await imported(orchestrator, fleetCsv);
  const file = orchestrator.write('b.csv', fleetCsv.split('\n').slice(0, 8).join('\n'));
  const run = async (...more: readonly string[]) => {
    const { code, stdout, stderr } = await runHosted(orchestrator, [
      'fleet',
      'import',
      file,
      '--prune',
      ...more,
    ]);
    return [code, stdout, stderr] as const;
  };
  expect(await run('--dry-run')).toMatchObject([
    0,
    'Would be removed: pc-7, pc-8, srv-1\n0 clients added, 0 changed, 7 unchanged, 3 removed; the fleet would have 7 clients. Nothing was changed\n',
    '',
  ]);
  expect(await run()).toMatchObject([2, '', expect.stringContaining('add --yes to import')]);
  expect(await orchestrator.store.fleetSize()).toBe(10);
  expect(await run('--yes')).toMatchObject([
    0,
    '0 clients added, 0 changed, 7 unchanged, 3 removed; the fleet has 7 clients\n',
    '',
  ]);
});
