import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Halt } from '../../shared/domain/campaign/halt.ts';
import type { Store } from '../../shared/store/store.ts';
import { clientOf, entry, pick, runningState } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const anna: Halt = { by: 'token default (says anna)', because: 'phones ring', at: 1_700_000_000_000 };

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

const commit = (store: Store, halt: Halt | null, version: number): Promise<boolean> =>
  store.commitHalt(halt, version, {
    ...entry(''),
    who: anna.by,
    at: anna.at,
    from: halt === null ? 'halted' : 'going',
    to: halt === null ? 'going' : 'halted',
    because: halt === null ? 'everything may go on' : halt.because,
  });

describe.each(stores)('a halt, when the audit is rebuilt into %s', (_name, open) => {
  it('holds: nothing begins after a resume, and the halt is still that of the same person', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const own = [pick('pc-91', 'LS-1')];
    await before.importFleet([clientOf('pc-91', { logonServer: 'LS-1' })], {
      ...entry(''),
      to: 'imported',
    });
    await storeFixture(before).campaign('sp5', own, runningState());
    await commit(before, anna, 0);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ value: { halt: anna } });
    expect((await after.readHalt()).halt).toEqual(anna);
    await storeFixture(after).change('sp5', runningState());
    expect(await after.admit('sp5', own, anna.at)).toEqual([]);

    // The entry of the rebuild is no halt of its own.
    using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
    await next.sealer.round();
    const again = await open();
    expect(await rebuild(again, systemClock, next.files())).toMatchObject({ value: { halt: anna } });
    await Promise.all([before.close(), after.close(), again.close()]);
  });

  it('stays over when a person has ended it', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    await commit(before, anna, 0);
    await sealing.sealer.round();
    await commit(before, null, 1);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ value: { halt: null } });
    expect((await after.readHalt()).halt).toBeNull();
    await Promise.all([before.close(), after.close()]);
  });
});
