import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../orchestrator/audit/evidence.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { sha256 } from '../../shared/evidence.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry, picks, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { becauses, named, release, restarted, sealingFixture, steps } from './sealing-fixture.ts';

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
        if (args[1].number < 99) await steps(store, 1, 'meanwhile');
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
    using back = sealingFixture({ folder: sealing.folder, wrapStore: restarted });
    await steps(back.store, 2);
    if (before.head === null) throw new Error('nothing was sealed');
    await back.store.moveSeal(0, null, before.head);
    await back.store.markWritten(0, before.head, []);
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
