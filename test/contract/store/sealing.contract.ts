import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../shared/evidence.ts';
import { beforeAll, type KeptEntry, type SealedHead } from '../../../shared/store/seal-store.ts';
import type { Store } from '../../../shared/store/store.ts';
import { servpackVersion } from '../../../shared/version.ts';
import { driven, entry, marking, picks, runningState } from './fixtures.ts';
import { headOf } from './seal-entries.ts';
import { atHomeInShard0, joinFleet, driving, type Given } from './store-fixture.ts';

const release = { release: 'r', product: 'p', servicePack: 1, files: [] };

/** Stages this many releases, each of which writes an audit entry. */
async function entries(store: Store, count: number): Promise<readonly KeptEntry[]> {
  const before = await store.auditAfter(0, beforeAll, 9_999);
  for (let n = 0; n < count; n += 1) {
    const text = `said ${before.length + n}`;
    await store.stageRelease(release, { sha256: sha256(text), text }, entry('', null, String(n)));
  }
  return store.auditAfter(0, before.at(-1)?.id ?? beforeAll, 9_999);
}

async function seal(
  store: Store,
  before: SealedHead | null,
  kept: readonly KeptEntry[],
): Promise<SealedHead> {
  const sealed = headOf(before, kept);
  expect(await store.moveSeal(0, before, sealed)).toBe(true);
  return sealed;
}

const hashesOf = (kept: readonly KeptEntry[]): readonly string[] =>
  kept.flatMap(({ evidence, beside }) => [...(evidence === null ? [] : [evidence]), ...beside]);

export function sealingContract(given: Given): void {
  describe('the audit as its sealer sees it', () => {
    it("has the id, the record's version, the servpack version and all evidence of each entry", async () => {
      const { store } = given();
      await joinFleet(given().store, [atHomeInShard0]);
      const begun = await driving(given());
      const [look, said] = [sha256('look'), sha256('said')];
      const audit = { ...entry('sp4', 'pc-1'), evidence: look, who: `worker ${crypto.randomUUID()}` };
      await given().commit(begun, marking(begun.stored.upgrade), driven, {
        audit,
        evidence: [
          { sha256: look, text: 'look' },
          { sha256: said, text: 'said' },
        ],
      });
      const [created, admitted, committed, ...more] = await store.auditAfter(0, beforeAll, 99);
      expect(more).toEqual([]);
      expect(created).toMatchObject({ client: null, version: 1, beside: [] });
      expect(admitted).toMatchObject({ client: 'pc-1', version: 1, to: 'looking' });
      const kept = { ...audit, version: 2, servpack: servpackVersion, beside: [said] };
      expect(committed).toEqual({ id: committed?.id, ...kept });
      expect(await store.auditAfter(0, admitted?.id ?? '', 99)).toEqual([committed]);
      expect(await store.auditAfter(0, beforeAll, 2)).toEqual([created, admitted]);
    });

    it('keeps further evidence apart from the evidence that an entry names', async () => {
      const { store } = given();
      const [kept] = await entries(store, 1);
      expect(kept).toMatchObject({ evidence: null, beside: [sha256('said 0')], version: null });
    });

    it('has the version of a campaign too', async () => {
      await given().campaign('sp4', picks(1), runningState());
      await given().change('sp4', runningState(2));
      const versions = (await given().store.auditAfter(0, beforeAll, 9)).map(({ version }) => version);
      expect(versions).toEqual([1, 2]);
    });

    it('has a head that moves by compare-and-set, and not past a block that is not written', async () => {
      const { store } = given();
      expect(await store.readSeal(0)).toEqual({ head: null, written: 0 });
      const first = await entries(store, 2);
      const one = await seal(store, null, first);
      expect(await store.readSeal(0)).toEqual({ head: one, written: 0 });
      const second = headOf(one, await entries(store, 1));
      expect(await store.moveSeal(0, null, second)).toBe(false);
      expect(await store.moveSeal(0, one, second)).toBe(false);
      for (const other of [
        { ...one, number: 7 },
        { ...one, head: 'another' },
      ])
        await store.markWritten(0, other, []);
      expect(await store.moveSeal(0, one, second)).toBe(false);
      await store.markWritten(0, one, hashesOf(first));
      expect(await store.readSeal(0)).toEqual({ head: one, written: 1 });
      expect(await store.moveSeal(0, { ...one, head: 'another' }, second)).toBe(false);
      expect(await store.moveSeal(0, one, second)).toBe(true);
      expect(await store.moveSeal(0, one, second)).toBe(false);
    });

    it('has a head that is replaced by a block of its number, as long as it stands in no file', async () => {
      const { store } = given();
      const first = await entries(store, 2);
      const one = await seal(store, null, first);
      const other = headOf(one, first, false);
      expect(await store.moveSeal(0, one, other)).toBe(true);
      // The process that sealed the first one wakes up.
      await store.markWritten(0, one, []);
      expect(await store.readSeal(0)).toEqual({ head: other, written: 0 });
      await store.markWritten(0, other, []);
      expect(await store.moveSeal(0, other, headOf(other, first, false))).toBe(false);
      expect(await store.readSeal(0)).toEqual({ head: other, written: 1 });
    });

    it.each(['9999999999999-0', '18446744073709551615-18446744073709551615', '7', ''])(
      'takes no head that ends with an entry of a time that has not come: %s',
      async (last) => {
        const { store } = given();
        const [kept] = await entries(store, 1);
        const far = { ...headOf(null, kept === undefined ? [] : [kept]), last };
        expect(await store.moveSeal(0, null, far)).toBe(false);
        expect(await store.putBackSeal(0, far)).toBe(false);
        expect(await store.readSeal(0)).toEqual({ head: null, written: 0 });
        await entries(store, 1);
        expect(await store.auditAfter(0, beforeAll, 9)).toHaveLength(2);
      },
    );

    it('knows that nothing of the chain was lost since the head moved', async () => {
      const { store } = given();
      expect(await store.redisRun(0)).toMatchObject({ isSame: false });
      await seal(store, null, await entries(store, 1));
      expect(await store.redisRun(0)).toMatchObject({ isSame: true });
    });

    it('lists evidence that stands in no file yet', async () => {
      const { store } = given();
      const kept = await entries(store, 2);
      const hashes = hashesOf(kept);
      const texts = [0, 1].map((n) => ({ sha256: sha256(`said ${n}`), text: `said ${n}` }));
      expect(await store.unwrittenEvidence(0, [...hashes, sha256('nobody said')])).toEqual(texts);
      const one = await seal(store, null, kept);
      await store.markWritten(0, one, hashes.slice(0, 1));
      expect(await store.unwrittenEvidence(0, hashes)).toEqual(texts.slice(1));
      expect(await store.readEvidence(hashes[0] ?? '')).toBe('said 0');
    });

    it('is trimmed only of entries that stand in a file, the oldest first', async () => {
      const { store } = given();
      const kept = await entries(store, 10);
      expect(await store.trimAudit(0, 3)).toBe(0);
      const one = await seal(store, null, kept.slice(0, 6));
      expect(await store.trimAudit(0, 0)).toBe(0);
      await store.markWritten(0, one, []);
      expect(await store.trimAudit(0, 8)).toBe(2);
      expect(await store.trimAudit(0, 8)).toBe(0);
      expect(await store.auditAfter(0, beforeAll, 99)).toEqual(kept.slice(2));
      const two = await seal(store, one, kept.slice(6));
      expect(await store.trimAudit(0, 0)).toBe(4);
      expect(await store.auditAfter(0, beforeAll, 99)).toEqual(kept.slice(6));
      await store.markWritten(0, two, []);
      expect(await store.trimAudit(0, 0)).toBe(4);
      expect((await entries(store, 1)).map(({ because }) => because)).toEqual(['0']);
    });

    it('comes with the records of many clients at once', async () => {
      await joinFleet(given().store, [atHomeInShard0]);
      const begun = await driving(given());
      const { store } = given();
      const nobody = { campaign: 'sp4', client: 'pc-9' };
      expect(await store.readUpgrades(0, [nobody, begun.stored.key])).toEqual([null, begun.stored]);
    });
  });
}
