import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import type { Archive } from '../../orchestrator/audit/archive.ts';
import { withFileLock } from '../../orchestrator/audit/file-lock.ts';
import type { Store } from '../../shared/store/store.ts';
import { becauses, named, sealedAudit, steps } from './sealed-audit.ts';

describe('a crash of the sealer', () => {
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
      'after the entries, in what is kept beside them',
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
    '%s leaves no entry missing or twice after the next round',
    async (_where, store, archive) => {
      using first = sealedAudit();
      await steps(first.store, 2, 'early');
      await first.sealer.round();
      await steps(first.store, 3);
      const { folder } = first;
      const crashing = sealedAudit({ store: first.store, folder, wrapStore: store, wrapArchive: archive });
      await expect(crashing.sealer.round()).rejects.toThrow('the process is gone');
      // More entries come before another process seals.
      await steps(first.store, 2, 'late');
      const next = sealedAudit({ store: first.store, folder });
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

  test('in the middle of a write leaves a torn block, which verify reports and the next round cuts off', async () => {
    using audit = sealedAudit();
    await steps(audit.store, 2);
    await audit.sealer.round();
    const path = audit.archive.files(0)[0] ?? '';
    const whole = statSync(path).size;
    const state = await audit.store.readSeal(0);
    for (const lost of [1, 2, 70, 200, 500, whole - 20, whole - 1]) {
      truncateSync(path, whole - lost);
      const torn = await audit.verify();
      expect([lost, torn.torn.length + torn.faults.length > 0]).toEqual([lost, true]);
      // The process was lost before it set the mark.
      const unmarked = { ...audit.store, readSeal: async () => states.pop() ?? state };
      const states = [
        { ...state, written: 0 },
        { ...state, written: 0 },
      ];
      await sealedAudit({ store: unmarked, folder: audit.folder }).sealer.round();
      expect((await audit.verify()).faults).toEqual([]);
      expect(await becauses(audit)).toEqual(named(2));
    }
  });

  test('that is a freeze before the write adds nothing twice when the process wakes up', async () => {
    using first = sealedAudit();
    await steps(first.store, 2);
    const frozen = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = sealedAudit({
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

  test('while another orchestrator writes its block makes the next one wait for the file, up to a deadline', async () => {
    const lines: { level: number; msg: string }[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    using audit = sealedAudit({ log });
    await steps(audit.store, 2);
    const now = vi.spyOn(performance, 'now');
    await withFileLock(join(audit.folder, 'test-0.jsonl.lock'), async () => {
      await audit.sealer.round();
      await audit.sealer.round();
      expect(lines).toMatchObject([
        { level: 40, msg: expect.stringContaining('another orchestrator writes') },
      ]);
      now.mockReturnValue(performance.now() + 60_001);
      await expect(audit.sealer.round()).rejects.toThrow('another orchestrator writes the audit');
    });
    now.mockRestore();
    await audit.sealer.round();
    expect(await audit.verify()).toMatchObject({ faults: [], chains: [{ blocks: 1, entries: 2 }] });
  });

  test('before the first block of a new file leaves a chain that goes on from the file before', async () => {
    using audit = sealedAudit({ fileBytesAtMost: 1 });
    for (const name of ['one', 'two']) {
      await steps(audit.store, 1, name);
      await audit.sealer.round();
    }
    const [, path = ''] = audit.archive.files(0);
    expect(await audit.archive.newest(0)).toMatchObject({ number: 2 });
    truncateSync(path, readFileSync(path, 'utf8').indexOf('\n') + 1);
    expect(await audit.archive.newest(0)).toMatchObject({ number: 1 });
    truncateSync(path, 0);
    expect(await audit.archive.newest(0)).toMatchObject({ number: 1 });
  });

  test('with bytes of another writer after the last seal is repaired: the bytes are cut off', async () => {
    using audit = sealedAudit();
    await steps(audit.store, 2);
    await audit.sealer.round();
    const path = audit.archive.files(0)[0] ?? '';
    appendFileSync(path, '{"block":2,"shard":0,"prev');
    expect((await audit.verify()).torn).toHaveLength(1);
    await steps(audit.store, 1, 'late');
    await audit.sealer.round();
    expect(await audit.verify()).toMatchObject({ faults: [], torn: [], chains: [{ blocks: 2, entries: 3 }] });
  });
});
