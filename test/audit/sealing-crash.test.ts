import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import type { Archive } from '../../orchestrator/audit/archive.ts';
import { lockFile } from '../../orchestrator/file-lock.ts';
import type { Store } from '../../shared/store/store.ts';
import { becauses, named, sealingFixture, steps } from './sealing-fixture.ts';

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
    const unmarked = (store: Store): Store => ({ ...store, markWritten: async () => dead() });
    for (const lost of [1, 2, 70, 200, 500, -20, -1]) {
      using sealing = sealingFixture({ wrapStore: unmarked });
      await steps(sealing.store, 2);
      await expect(sealing.sealer.round()).rejects.toThrow('the process is gone');
      const path = sealing.archive.files(0)[0] ?? '';
      const whole = statSync(path).size;
      truncateSync(path, lost > 0 ? whole - lost : -lost);
      const torn = await sealing.verify();
      expect([lost, torn.torn.length + torn.faults.length > 0]).toEqual([lost, true]);
      await sealingFixture({ store: sealing.store, folder: sealing.folder }).sealer.round();
      expect(await sealing.verify()).toMatchObject({ faults: [], torn: [], chains: [{ blocks: 1 }] });
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
          return archive.append(...args);
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
