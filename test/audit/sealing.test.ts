import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, test, vi } from 'vitest';
import type { Archive } from '../../orchestrator/audit/archive.ts';
import { readEvidence } from '../../orchestrator/audit/evidence.ts';
import { lockFile } from '../../orchestrator/file-lock.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { sha256 } from '../../shared/evidence.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry, picks, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { sealingFixture, type SealingFixture } from './sealing-fixture.ts';

const release = { release: 'r', product: 'p', servicePack: 1, files: [] };

/** So many steps, each with an entry and a text of its own. */
async function steps(store: Store, count: number, name = 'step'): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const text = `${name} ${n}`;
    await store.stageRelease(release, { sha256: sha256(text), text }, entry('', null, text));
  }
}

const becauses = async (sealing: SealingFixture): Promise<readonly string[]> =>
  (await sealing.entries()).map(({ because }) => because);

const named = (count: number, name = 'step'): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${name} ${n}`);

describe('sealing', () => {
  it('writes every entry once, in order, with its evidence; every block follows the one before', async () => {
    using sealing = sealingFixture({ entriesAtMost: 4 });
    await steps(sealing.store, 10);
    await sealing.sealer.round();
    await sealing.sealer.round();
    const verdict = await sealing.verify();
    expect(verdict).toMatchObject({ faults: [], torn: [], chains: [{ shard: 0, blocks: 3, entries: 10 }] });
    const { head, written } = await sealing.store.readSeal(0);
    expect(head).toMatchObject({ number: 3, head: verdict.chains[0]?.last?.head });
    expect(written).toBe(3);
    expect(await becauses(sealing)).toEqual(named(10));
    const texts = sealing.lines().filter((line) => line.startsWith('{"evidence":'));
    expect(texts).toHaveLength(10);
  });

  it('writes that a release was withdrawn, so that a rebuild knows it', async () => {
    using sealing = sealingFixture();
    const withdrawn = { by: 'anna', because: 'restarts do not come back', at: 1 };
    await sealing.store.stageRelease({ ...release, withdrawn }, null, {
      ...entry('', null, 'withdrawn'),
      to: 'withdrawn',
    });
    await sealing.sealer.round();
    const found = sealing.lines().filter((line) => line.startsWith('{"release":'));
    expect(found.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ whole: { withdrawn } }]);
  });

  it('seals no block without entries', async () => {
    using sealing = sealingFixture();
    await sealing.sealer.round();
    expect(sealing.archive.files(0)).toEqual([]);
    await steps(sealing.store, 1);
    await sealing.sealer.round();
    const before = sealing.lines();
    await sealing.sealer.round();
    expect(sealing.lines()).toEqual(before);
  });

  it('keeps the newest entries in Redis, and all of them in the files', async () => {
    using sealing = sealingFixture({ keep: 2 });
    await steps(sealing.store, 9);
    await sealing.sealer.round();
    expect(await sealing.store.auditAfter(0, beforeAll, 99)).toHaveLength(2);
    expect(await becauses(sealing)).toEqual(named(9));
  });

  it('ends its round even when entries never stop coming: other shards and a stop wait for it', async () => {
    // Something is done while each block is written.
    const busy = (store: Store): Store => ({
      ...store,
      markWritten: async (...args) => {
        await store.markWritten(...args);
        if (args[1] < 99) await steps(store, 1, 'meanwhile');
      },
    });
    using sealing = sealingFixture({ wrapStore: busy });
    await steps(sealing.store, 3);
    await sealing.sealer.round();
    expect(await sealing.verify()).toMatchObject({ faults: [], chains: [{ blocks: 1, entries: 3 }] });
    await sealing.sealer.round();
    expect(await sealing.verify()).toMatchObject({ faults: [], chains: [{ blocks: 2, entries: 4 }] });
  });

  it('finds evidence in the files that has expired in Redis', async () => {
    using sealing = sealingFixture();
    await steps(sealing.store, 3);
    await sealing.sealer.round();
    const forgetful = { ...sealing.store, readEvidence: async () => null };
    const hash = sha256('step 1');
    const found = await readEvidence(forgetful, sealing.archive, [hash, sha256('never said')]);
    expect([...found]).toEqual([[hash, 'step 1']]);
  });

  it('begins a new file when one is full; the chain continues through all files', async () => {
    using sealing = sealingFixture({ entriesAtMost: 2, fileBytesAtMost: 2_000 });
    await steps(sealing.store, 40);
    await sealing.sealer.round();
    expect(sealing.archive.files(0).length).toBeGreaterThan(3);
    expect(await sealing.verify()).toMatchObject({ faults: [], chains: [{ blocks: 20, entries: 40 }] });
    expect(await becauses(sealing)).toEqual(named(40));
  });

  it('reads entries that only Redis has before, between and after the blocks of its own files', async () => {
    using one = sealingFixture({ entriesAtMost: 3 });
    using other = sealingFixture({ store: one.store, entriesAtMost: 3 });
    for (const [n, sealing] of [one, other, one, other].entries()) {
      await steps(one.store, 5, `part ${n}:`);
      await sealing.sealer.round();
    }
    await steps(one.store, 5, 'part 4:');
    const expected = [0, 1, 2, 3, 4].flatMap((n) => named(5, `part ${n}:`));
    expect(await becauses(one)).toEqual(expected);
    expect(await becauses(other)).toEqual(expected);
  });

  it('names with each entry the hash of its campaign file', async () => {
    using sealing = sealingFixture();
    const fixture = storeFixture(sealing.store);
    await fixture.admitted('sp4', picks(2));
    await sealing.sealer.round();
    await fixture.change('sp4', runningState(3));
    const found = await sealing.entries();
    expect(found.map(({ block, campaignHash, version }) => [block, campaignHash, version])).toEqual([
      [1, 'hash-of-the-file', 1],
      [1, 'hash-of-the-file', 1],
      [1, 'hash-of-the-file', 1],
      [null, 'hash-of-the-file', 2],
    ]);
  });
});

describe('the audit after a crash', () => {
  type Crash = readonly [
    where: string,
    store: (store: Store) => Store,
    archive: (archive: Archive) => Archive,
  ];
  const dead = (): never => {
    throw new Error('the process is gone');
  };
  const asIs = <T>(value: T): T => value;
  const crashes: readonly Crash[] = [
    ['before the head moves', (store) => ({ ...store, moveSeal: async () => dead() }), asIs],
    [
      'after the head has moved',
      (store) => ({ ...store, moveSeal: async (...args) => (await store.moveSeal(...args), dead()) }),
      asIs,
    ],
    ['before the file', asIs, (archive) => ({ ...archive, append: async () => dead() })],
    [
      'after the entries, in the attachments',
      (store) => ({ ...store, unwrittenEvidence: async () => dead() }),
      asIs,
    ],
    [
      'after the file',
      asIs,
      (archive) => ({ ...archive, append: async (...args) => (await archive.append(...args), dead()) }),
    ],
    ['before it counts as written', (store) => ({ ...store, markWritten: async () => dead() }), asIs],
    [
      'after it counts as written',
      (store) => ({ ...store, markWritten: async (...args) => (await store.markWritten(...args), dead()) }),
      asIs,
    ],
    ['before the trimming', (store) => ({ ...store, trimAudit: async () => dead() }), asIs],
  ];

  test.each(crashes)(
    'continues (%s): no entry is missing, and none stands twice',
    async (_where, store, archive) => {
      using first = sealingFixture();
      await steps(first.store, 2, 'early');
      await first.sealer.round();
      await steps(first.store, 3);
      const { folder } = first;
      const crashing = sealingFixture({ store: first.store, folder, wrapStore: store, wrapArchive: archive });
      await expect(crashing.sealer.round()).rejects.toThrow('the process is gone');
      // Meanwhile more is done, and another process comes.
      await steps(first.store, 2, 'late');
      const next = sealingFixture({ store: first.store, folder });
      await next.sealer.round();
      expect(await next.verify()).toMatchObject({ faults: [], torn: [], chains: [{ entries: 7 }] });
      expect(await becauses(next)).toEqual([...named(2, 'early'), ...named(3), ...named(2, 'late')]);
      const { head, written } = await next.store.readSeal(0);
      expect(head?.number).toBe(written);
      const texts = next.lines().filter((line) => line.startsWith('{"evidence":'));
      expect(new Set(texts).size).toBe(7);
      expect(texts).toHaveLength(7);
    },
  );

  test('continues wherever the crash cut the file: verify says so, the next round removes the rest', async () => {
    using sealing = sealingFixture();
    await steps(sealing.store, 2);
    await sealing.sealer.round();
    const path = sealing.archive.files(0)[0] ?? '';
    const whole = statSync(path).size;
    const state = await sealing.store.readSeal(0);
    for (const lost of [1, 2, 70, 200, 500, whole - 20, whole - 1]) {
      truncateSync(path, whole - lost);
      const torn = await sealing.verify();
      expect([lost, torn.torn.length + torn.faults.length > 0]).toEqual([lost, true]);
      // The mark was not set, for the process was gone before.
      const unmarked = { ...sealing.store, readSeal: async () => states.pop() ?? state };
      const states = [
        { ...state, written: 0 },
        { ...state, written: 0 },
      ];
      await sealingFixture({ store: unmarked, folder: sealing.folder }).sealer.round();
      expect((await sealing.verify()).faults).toEqual([]);
      expect(await becauses(sealing)).toEqual(named(2));
    }
  });

  test('takes nothing twice from a process that was frozen before it wrote, while others continued', async () => {
    using first = sealingFixture();
    await steps(first.store, 2);
    const frozen = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = sealingFixture({
      store: first.store,
      folder: first.folder,
      wrapArchive: (archive) => ({
        ...archive,
        append: async (...args) => {
          reached.resolve();
          await frozen.promise;
          await archive.append(...args);
        },
      }),
    });
    const round = slow.sealer.round();
    await reached.promise;
    await first.sealer.round();
    await steps(first.store, 2, 'late');
    await first.sealer.round();
    frozen.resolve();
    await round;
    const inOrder = ['1', '2'].map((number) => expect.stringContaining(`"seal":${number},`));
    expect(first.lines().filter((line) => line.startsWith('{"seal":'))).toEqual(inOrder);
    await steps(first.store, 1, 'last');
    await first.sealer.round();
    expect(await first.verify()).toMatchObject({ faults: [], torn: [], chains: [{ blocks: 3, entries: 5 }] });
  });

  test('waits while the former leader still writes its block, and reports an error after a minute', async () => {
    const lines: { level: number; msg: string }[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    using sealing = sealingFixture({ log });
    await steps(sealing.store, 2);
    const now = vi.spyOn(performance, 'now');
    {
      using lock = lockFile(join(sealing.folder, 'test-0.jsonl.lock'));
      expect(lock).not.toBeNull();
      await sealing.sealer.round();
      await sealing.sealer.round();
      expect(lines).toMatchObject([
        { level: 40, msg: expect.stringContaining('another orchestrator writes') },
      ]);
      now.mockReturnValue(performance.now() + 60_001);
      await expect(sealing.sealer.round()).rejects.toThrow('another orchestrator writes the audit');
    }
    now.mockRestore();
    await sealing.sealer.round();
    expect(await sealing.verify()).toMatchObject({ faults: [], chains: [{ blocks: 1, entries: 2 }] });
  });

  test('continues from the file before, when the crash came before the first block of a new file', async () => {
    using sealing = sealingFixture({ fileBytesAtMost: 1 });
    for (const name of ['one', 'two']) {
      await steps(sealing.store, 1, name);
      await sealing.sealer.round();
    }
    const [, path = ''] = sealing.archive.files(0);
    expect(await sealing.archive.newest(0)).toMatchObject({ number: 2 });
    truncateSync(path, readFileSync(path, 'utf8').indexOf('\n') + 1);
    expect(await sealing.archive.newest(0)).toMatchObject({ number: 1 });
    truncateSync(path, 0);
    expect(await sealing.archive.newest(0)).toMatchObject({ number: 1 });
  });

  test('loses bytes that stand after the last seal', async () => {
    using sealing = sealingFixture();
    await steps(sealing.store, 2);
    await sealing.sealer.round();
    const path = sealing.archive.files(0)[0] ?? '';
    appendFileSync(path, '{"block":2,"shard":0,"prev');
    expect((await sealing.verify()).torn).toHaveLength(1);
    await steps(sealing.store, 1, 'late');
    await sealing.sealer.round();
    expect(await sealing.verify()).toMatchObject({
      faults: [],
      torn: [],
      chains: [{ blocks: 2, entries: 3 }],
    });
  });
});

describe('the audit of a Redis that went back', () => {
  it('continues its chain from the file', async () => {
    using sealing = sealingFixture();
    await steps(sealing.store, 2);
    await sealing.sealer.round();
    const before = await sealing.store.readSeal(0);
    await steps(sealing.store, 3, 'lost');
    await sealing.sealer.round();
    const file = readFileSync(sealing.archive.files(0)[0] ?? '', 'utf8');
    expect(await becauses(sealing)).toEqual([...named(2), ...named(3, 'lost')]);
    // A new store that knows the first block only: what a restart from an older copy brings back.
    using back = sealingFixture({ folder: sealing.folder });
    await steps(back.store, 2);
    if (before.head !== null) await back.store.moveSeal(0, null, before.head);
    await back.store.markWritten(0, 1, []);
    await back.sealer.round();
    expect(await back.store.readSeal(0)).toMatchObject({ head: { number: 2 }, written: 2 });
    await steps(back.store, 3, 'onStaleJournal');
    await steps(back.store, 1, 'after');
    await back.sealer.round();
    expect(await back.verify()).toMatchObject({ faults: [], torn: [], chains: [{ blocks: 3 }] });
    expect(readFileSync(back.archive.files(0)[0] ?? '', 'utf8').startsWith(file)).toBe(true);
  });

  it('is found broken where two folders hold two forms of the same block', async () => {
    using one = sealingFixture();
    using other = sealingFixture();
    for (const sealing of [one, other]) await steps(sealing.store, 1, sealing === one ? 'here' : 'there');
    for (const sealing of [one, other]) await sealing.sealer.round();
    const both = await verifyPaths([...one.archive.files(0), ...other.archive.files(0)]);
    expect(both).toMatchObject({
      value: { faults: [{ block: 1, says: expect.stringContaining('is there twice') }] },
    });
  });
});
