import { describe, expect, onTestFinished, test } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { systemClock } from '../../shared/clock.ts';
import { movedTo } from '../../shared/store/check-in-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { all, clientOf, entry, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { named, sealingFixture, type SealingFixture, steps } from './sealing-fixture.ts';

const dead = (): never => {
  throw new Error('the process is gone');
};

function twoOrchestrators(wrapStore?: (store: Store) => Store) {
  const one = sealingFixture({ entriesAtMost: 3, ...(wrapStore === undefined ? {} : { wrapStore }) });
  const other = sealingFixture({ store: one.store, entriesAtMost: 3 });
  onTestFinished(() => [one, other].forEach((each) => each[Symbol.dispose]()));
  return { store: one.store, one, other };
}

const together = async (...sealings: readonly SealingFixture[]) => {
  const verdict = await verifyPaths(sealings.flatMap((each) => each.files()));
  if (!verdict.ok) throw new Error(verdict.error.message);
  return verdict.value;
};

describe('two orchestrators with a folder each', () => {
  test.each([
    [
      'before the block was in its file',
      (store: Store): Store => ({
        ...store,
        moveSeal: async (...args) => (await store.moveSeal(...args), dead()),
      }),
      0,
    ],
    [
      'before Redis heard that the block is in its file',
      (store: Store): Store => ({ ...store, markWritten: async () => dead() }),
      1,
    ],
  ])(
    'take the place of a block of the other one that died %s: the chain is whole and each entry in it once',
    async (_when, wrap, left) => {
      const { store, one, other } = twoOrchestrators(wrap);
      await storeFixture(store).admitted('sp4', picks(2));
      await expect(one.sealer.round()).rejects.toThrow('the process is gone');
      await steps(store, 2);
      await other.sealer.round();
      // The first one comes back.
      const back = sealingFixture({ store, folder: one.folder });
      await steps(store, 2, 'late');
      await back.sealer.round();
      const verdict = await together(back, other);
      expect(verdict).toMatchObject({ faults: [], torn: [], chains: [{ entries: 7 }] });
      expect(verdict.replaced.size).toBe(left);
      const because = (await back.entries()).map((found) => found.because);
      expect(because.slice(-4)).toEqual([...named(2), ...named(2, 'late')]);
      expect(because).toHaveLength(7);
      const after = createMemoryStore(Date.now);
      const files = [...back.files(), ...other.files()];
      expect(await rebuild(after, systemClock, files)).toMatchObject({
        value: { campaigns: [{ campaign: 'sp4', clients: 2, lookedAt: 2 }] },
      });
      expect(await all(after.upgrades('sp4'))).toHaveLength(2);
    },
  );

  test('do not take the place of a block once Redis knows that it is written', async () => {
    const { store, one, other } = twoOrchestrators();
    await steps(store, 2);
    await one.sealer.round();
    const { head } = await store.readSeal(0);
    await steps(store, 2, 'late');
    await other.sealer.round();
    expect(await together(one, other)).toMatchObject({ faults: [], chains: [{ blocks: 2, last: {} }] });
    expect((await together(one, other)).chains[0]?.last?.previous).toBe(head?.head);
  });

  test('are rebuilt with the newest address of a client, whichever file it stands in', async () => {
    const { store, one, other } = twoOrchestrators();
    await store.importFleet([clientOf('pc-1')], { ...entry(''), to: 'imported' });
    await one.sealer.round();
    for (const [host, sealing] of [
      ['10.0.0.1', other],
      ['10.0.0.2', one],
    ] as const) {
      await store.moveClient('pc-1', host, { ...entry('', 'pc-1'), to: movedTo });
      await sealing.sealer.round();
    }
    for (const files of [
      [...one.files(), ...other.files()],
      [...other.files(), ...one.files()],
    ]) {
      const after = createMemoryStore(Date.now);
      expect(await rebuild(after, systemClock, files)).toMatchObject({ ok: true });
      expect(await after.readClient('pc-1')).toMatchObject({ host: '10.0.0.2' });
    }
  });
});
