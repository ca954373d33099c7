import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../orchestrator/audit/evidence.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { sha256 } from '../../shared/evidence.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry, picks, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { becauses, named, release, sealedAudit, steps } from './sealed-audit.ts';

describe('the sealer', () => {
  it('writes every entry once and in order with its evidence, in blocks that follow one another', async () => {
    using audit = sealedAudit({ entriesAtMost: 4 });
    await steps(audit.store, 10);
    await audit.sealer.round();
    await audit.sealer.round();
    const verdict = await audit.verify();
    expect(verdict).toMatchObject({ faults: [], torn: [], chains: [{ shard: 0, blocks: 3, entries: 10 }] });
    const { head, written } = await audit.store.readSeal(0);
    expect(head).toMatchObject({ number: 3, head: verdict.chains[0]?.last?.head });
    expect(written).toBe(3);
    expect(await becauses(audit)).toEqual(named(10));
    const texts = audit.lines().filter((line) => line.startsWith('{"evidence":'));
    expect(texts).toHaveLength(10);
  });

  it('writes that a release was withdrawn, so that a rebuild knows it', async () => {
    using audit = sealedAudit();
    const withdrawn = { by: 'anna', because: 'restarts do not come back', at: 1 };
    await audit.store.stageRelease({ ...release, withdrawn }, null, {
      ...entry('', null, 'withdrawn'),
      to: 'withdrawn',
    });
    await audit.sealer.round();
    const found = audit.lines().filter((line) => line.startsWith('{"release":'));
    expect(found.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ whole: { withdrawn } }]);
  });

  it('writes nothing when there are no new entries', async () => {
    using audit = sealedAudit();
    await audit.sealer.round();
    expect(audit.archive.files(0)).toEqual([]);
    await steps(audit.store, 1);
    await audit.sealer.round();
    const before = audit.lines();
    await audit.sealer.round();
    expect(audit.lines()).toEqual(before);
  });

  it('keeps the newest entries in Redis and all entries in the files', async () => {
    using audit = sealedAudit({ keep: 2 });
    await steps(audit.store, 9);
    await audit.sealer.round();
    expect(await audit.store.auditAfter(0, beforeAll, 99)).toHaveLength(2);
    expect(await becauses(audit)).toEqual(named(9));
  });

  it('ends its round while new entries come all the time', async () => {
    // A new entry comes while each block is written.
    const busy = (store: Store): Store => ({
      ...store,
      markWritten: async (...args) => {
        await store.markWritten(...args);
        if (args[1] < 99) await steps(store, 1, 'meanwhile');
      },
    });
    using audit = sealedAudit({ wrapStore: busy });
    await steps(audit.store, 3);
    await audit.sealer.round();
    expect(await audit.verify()).toMatchObject({ faults: [], chains: [{ blocks: 1, entries: 3 }] });
    await audit.sealer.round();
    expect(await audit.verify()).toMatchObject({ faults: [], chains: [{ blocks: 2, entries: 4 }] });
  });

  it('leaves evidence in the files that Redis has dropped', async () => {
    using audit = sealedAudit();
    await steps(audit.store, 3);
    await audit.sealer.round();
    const forgetful = { ...audit.store, readEvidence: async () => null };
    const hash = sha256('step 1');
    const found = await readEvidence(forgetful, audit.archive, [hash, sha256('never said')]);
    expect([...found]).toEqual([[hash, 'step 1']]);
  });

  it('begins a new file at a size; the chain goes on through all files', async () => {
    using audit = sealedAudit({ entriesAtMost: 2, fileBytesAtMost: 2_000 });
    await steps(audit.store, 40);
    await audit.sealer.round();
    expect(audit.archive.files(0).length).toBeGreaterThan(3);
    expect(await audit.verify()).toMatchObject({ faults: [], chains: [{ blocks: 20, entries: 40 }] });
    expect(await becauses(audit)).toEqual(named(40));
  });

  it('lets entries be read that only Redis has, before, between and after the blocks of the files', async () => {
    using one = sealedAudit({ entriesAtMost: 3 });
    using other = sealedAudit({ store: one.store, entriesAtMost: 3 });
    for (const [n, audit] of [one, other, one, other].entries()) {
      await steps(one.store, 5, `part ${n}:`);
      await audit.sealer.round();
    }
    await steps(one.store, 5, 'part 4:');
    const expected = [0, 1, 2, 3, 4].flatMap((n) => named(5, `part ${n}:`));
    expect(await becauses(one)).toEqual(expected);
    expect(await becauses(other)).toEqual(expected);
  });

  it('writes the hash of the campaign file with each entry', async () => {
    using audit = sealedAudit();
    const fixture = storeFixture(audit.store);
    await fixture.admitted('sp4', picks(2));
    await audit.sealer.round();
    await fixture.change('sp4', runningState(3));
    const found = await audit.entries();
    expect(found.map(({ block, campaignHash, version }) => [block, campaignHash, version])).toEqual([
      [1, 'hash-of-the-file', 1],
      [1, 'hash-of-the-file', 1],
      [1, 'hash-of-the-file', 1],
      [null, 'hash-of-the-file', 2],
    ]);
  });
});

describe('a Redis that went back', () => {
  it('does not break the chain: the sealer goes on from the file', async () => {
    using audit = sealedAudit();
    await steps(audit.store, 2);
    await audit.sealer.round();
    const before = await audit.store.readSeal(0);
    await steps(audit.store, 3, 'lost');
    await audit.sealer.round();
    const file = readFileSync(audit.archive.files(0)[0] ?? '', 'utf8');
    expect(await becauses(audit)).toEqual([...named(2), ...named(3, 'lost')]);
    // A new store that has only the first block, like a Redis that restarts from an older copy.
    using back = sealedAudit({ folder: audit.folder });
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

  it('is found when two folders hold different blocks of the same number', async () => {
    using one = sealedAudit();
    using other = sealedAudit();
    for (const audit of [one, other]) await steps(audit.store, 1, audit === one ? 'here' : 'there');
    for (const audit of [one, other]) await audit.sealer.round();
    const both = await verifyPaths([...one.archive.files(0), ...other.archive.files(0)]);
    expect(both).toMatchObject({
      value: { faults: [{ block: 1, says: expect.stringContaining('is there twice') }] },
    });
  });
});
