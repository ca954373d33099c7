import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type KeyName, keysOf } from '../../shared/store/redis/core/keys.ts';
import { indexMembers } from '../../shared/store/redis/fleet/machine-index.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import type { Store } from '../../shared/store/store.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { all, clientOf, entry } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';

/** A store in a Redis, with its keys read raw. */
async function openIndexed() {
  const where = testRedis();
  const { store } = await openTestStore(where, 1);
  const redis = new Redis(where.url);
  onTestFinished(async () => {
    await store.close();
    redis.disconnect();
  });
  const keys = keysOf(where.prefix, 0);
  const key = (name: KeyName): string => keys.of(name);
  const indexed = () => redis.zrange(key('machines'), '0', '-1');
  return { store, redis, key, indexed };
}

const expectedIndex = async (store: Store): Promise<readonly string[]> =>
  (await all(store.fleet())).flatMap(indexMembers).toSorted();

describe('the index of machines', () => {
  it('holds nothing for clients that are found by their id', async () => {
    const { store, indexed } = await openIndexed();
    await store.importFleet([clientOf('pc-1'), clientOf('pc-2', { host: 'PC-2' })]);
    expect(await indexed()).toEqual([]);
    await store.importFleet([clientOf('PC-3'), clientOf('pc-4', { host: '10.4' })]);
    expect(await indexed()).toEqual(['host 10.0.0.4 pc-4', 'name pc-3 PC-3']);
  });

  it('knows the fleet of an earlier version, and what an earlier version has imported since', async () => {
    const { store, redis, key } = await openIndexed();
    const twin = async (client: string, host: string) =>
      (await store.importUnique([clientOf(client, { host })], entry(''))).kind;
    await store.importFleet([clientOf('pc-1', { host: '10.0.0.1' })]);
    await redis.del(key('machines'), key('machinesAt'));
    expect(await twin('pc-2', '10.0.0.1')).toBe('twins');
    // An earlier version counts its import and knows no index.
    await redis.hset(key('fleet'), 'pc-3', '["10.0.0.3","LS-1","UTC","",[]]');
    await redis.incr(key('imports'));
    expect(await store.moveClient('pc-1', '10.0.0.3', entry('', 'pc-1'))).toEqual({
      kind: 'taken',
      other: 'pc-3',
    });
    expect(await twin('pc-4', '10.0.0.3')).toBe('twins');
  });

  it('is that of the whole fleet after imports of any size and other addresses, and finds the same twins', async () => {
    const id = fc.constantFrom('pc-1', 'PC-1', 'pc-2', 'Pc-2', 'pc-3', 'a');
    const logonServer = fc.constantFrom('LS-1', 'ls-1', 'LS-2');
    const host = fc.constantFrom(
      'pc-1',
      'PC-1.corp',
      'pc-2.corp',
      'pc-2',
      'pc-3.corp',
      'a.b',
      '10.0.0.1',
      '10.1',
      '::ffff:a00:1',
    );
    const rows = fc.uniqueArray(fc.record({ client: id, host, logonServer }), {
      maxLength: 4,
      selector: ({ client }) => client,
    });
    const step = fc.oneof(
      fc.record({ what: fc.constantFrom('import', 'importUnique'), rows } as const),
      fc.record({ what: fc.constant('move'), client: id, host } as const),
      fc.record({ what: fc.constant('remove'), client: id } as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { store, indexed } = await openIndexed();
        const model = createMemoryStore(Date.now);
        for (const asked of steps) {
          const [found, expected] = [await run(store, asked), await run(model, asked)];
          expect(found).toEqual(expected);
          expect((await indexed()).toSorted()).toEqual(await expectedIndex(store));
          expect(await store.logonServers()).toEqual(await model.logonServers());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('follows a large import, during which no check-in changes an address', async () => {
    const { store, redis, key, indexed } = await openIndexed();
    const many = Array.from({ length: 12_000 }, (_, n) => clientOf(`pc-${n}`, { host: `nt-${n}` }));
    await store.importFleet([clientOf('other', { host: '10.0.0.1' }), ...many]);
    const others = many.map((client) => ({ ...client, host: `${client.client}.corp` }));
    await redis.set(key('importing'), 'another');
    expect(await store.moveClient('other', '10.0.0.2', entry('', 'other'))).toEqual({ kind: 'busy' });
    expect(await store.importUnique(others, entry(''))).toMatchObject({ kind: 'imported' });
    expect(await indexed()).toEqual(['host 10.0.0.1 other']);
    expect(await store.moveClient('other', '10.0.0.2', entry('', 'other'))).toEqual({ kind: 'moved' });
    expect(await indexed()).toEqual(['host 10.0.0.2 other']);
  });

  it('keeps every address that check-ins change while large imports run', async () => {
    const { store, indexed } = await openIndexed();
    const many = Array.from({ length: 11_000 }, (_, n) => clientOf(`pc-${n}`));
    await store.importFleet([...many, clientOf('other', { host: '10.0.0.1' })]);
    const state = { isDone: false };
    const imports = async () => {
      for (const label of ['a', 'b'])
        await store.importFleet(many.map((client) => ({ ...client, labels: [label] })));
      state.isDone = true;
    };
    const moves = async () => {
      let last = '10.0.0.1';
      for (let n = 0; !state.isDone; n += 1) {
        const host = `10.0.${(n >> 8) % 256}.${n % 256}`;
        if ((await store.moveClient('other', host, entry('', 'other'))).kind === 'moved') last = host;
        else await new Promise((wake) => setImmediate(wake));
      }
      return last;
    };
    const [, last] = await Promise.all([imports(), moves()]);
    expect((await store.readClient('other'))?.host).toBe(last);
    expect(await indexed()).toEqual(await expectedIndex(store));
  });
});

type Row = Pick<Client, 'client' | 'host' | 'logonServer'>;

type Step =
  | { readonly what: 'import' | 'importUnique'; readonly rows: readonly Row[] }
  | { readonly what: 'move'; readonly client: string; readonly host: string }
  | { readonly what: 'remove'; readonly client: string };

/** What the store answers; which of several twins a client is compared with does not matter. */
async function run(store: Store, step: Step): Promise<unknown> {
  if (step.what === 'move') return (await store.moveClient(step.client, step.host, entry(''))).kind;
  if (step.what === 'remove')
    return store.removeClients([{ client: step.client, audit: entry('', step.client) }]);
  const clients = step.rows.map(({ client, ...row }) => clientOf(client, row));
  if (step.what === 'import') return store.importFleet(clients);
  const outcome = await store.importUnique(clients, entry(''));
  return outcome.kind === 'imported' ? outcome : outcome.kind;
}
