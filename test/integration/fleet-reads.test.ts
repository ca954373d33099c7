import { expect, test } from 'vitest';
import { fleetCsv, now, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import type { Store } from '../../shared/store/store.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

/** A store that counts the entries and the names of the fleet that are read. */
function countingStore() {
  const store = createMemoryStore(() => now);
  const read = { entries: 0, names: 0 };
  async function* counted<T>(all: AsyncIterable<T>, what: keyof typeof read) {
    for await (const each of all) {
      read[what] += 1;
      yield each;
    }
  }
  const counting: Store = {
    ...store,
    fleet: () => counted(store.fleet(), 'entries'),
    fleetNames: () => counted(store.fleetNames(), 'names'),
  };
  return { store: counting, read };
}

test('an import, and its dry run, read only the clients of the file', async () => {
  const { store, read } = countingStore();
  await using orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  const text = 'client,host,logonServer\npc-1,NT-1,ls-rom\npc-99,,ls-mil\n';
  for (const dryRun of [true, false]) {
    const { body } = await orchestrator.ask('POST', '/v1/fleet', { file: 'f.csv', text, dryRun });
    expect(body).toMatchObject({ added: 1, changed: 1, unchanged: 0, notInFile: 9, total: 11 });
  }
  expect((await store.readClient('pc-99'))?.logonServer).toBe('LS-MIL');
  const twin = await orchestrator.ask('POST', '/v1/fleet', {
    file: 'f.csv',
    text: 'client,host,logonServer\nPC-2,elsewhere,LS-ROM\n',
    dryRun: true,
  });
  expect(twin.body.error.faults).toMatchObject([{ line: 2, expected: 'the spelling pc-2' }]);
  expect(read).toEqual({ entries: 0, names: 0 });
});

test('numbers, pages and samples of the fleet walk no client, also for a token narrowed to a site', async () => {
  const { store, read } = countingStore();
  await using orchestrator = await startSmallOrchestrator(store);
  const rows = ['s-1,h-1,LS-NEAR,server', 'pc-1,h-2,LS-NEAR,workstation', 's-2,h-3,LS-FAR,server'];
  const text = ['client,host,logonServer,role', ...rows, ''].join('\n');
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text });
  const token = await makeToken(orchestrator, 'near', { role: 'viewer', sites: ['LS-NEAR'] });
  const ask = async (path: string) => {
    const answer = await fetch(`${orchestrator.url}${path}`, { headers: bearer(token) });
    return answer.json();
  };
  expect(await ask('/v1/fleet?limit=10')).toMatchObject({ total: 2, servers: 1, found: 2 });
  const sample = (await ask('/v1/fleet/sample?count=3&seed=1')) as { clients: string[]; total: number };
  expect([sample.total, sample.clients.toSorted()]).toEqual([2, ['pc-1', 's-1']]);
  const all = await orchestrator.ask('GET', '/v1/fleet/sample?count=3&seed=1');
  expect(all.body).toMatchObject({ clients: { length: 3 }, total: 3 });
  expect((await orchestrator.ask('GET', '/v1/fleet')).body).toMatchObject({ total: 3, servers: 2 });
  expect(read).toEqual({ entries: 0, names: 0 });
});

test('a look at the whole fleet reads the names of the clients, and no entry', async () => {
  const { store, read } = countingStore();
  await using orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  const { body } = await orchestrator.ask('POST', '/v1/surveys', { targets: { from: 'fleet' } });
  expect(body).toMatchObject({ what: 'the fleet', total: 10 });
  expect(read).toEqual({ entries: 0, names: 10 });
});
