import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { limitAudit } from '../../orchestrator/fleet/server-limits.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ServerLimit } from '../../shared/domain/campaign/server-limits.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, clientOf, entry, pick, runningState } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

const limitOf = (logonServer: string | null, active: number): ServerLimit => ({
  logonServer,
  active,
  by: 'anna',
  because: 'slow line',
  at,
});

async function limit(store: Store, limits: readonly ServerLimit[], changed: ServerLimit): Promise<void> {
  const { version, limits: before } = await store.readServerLimits();
  const was = before.find(({ logonServer }) => logonServer === changed.logonServer)?.active ?? null;
  const is = limits.find(({ logonServer }) => logonServer === changed.logonServer)?.active ?? null;
  const audit = limitAudit(changed.logonServer, [was, is], { at, who: 'anna', because: 'slow line' });
  expect(await store.commitServerLimits({ version, limits }, audit)).toBe(true);
}

describe.each(stores)('limits of logon servers, when the audit is rebuilt into %s', (_name, open) => {
  it('hold again for every campaign, and are still those of the same person', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const own = ['a', 'b', 'c'].map((client) => pick(client, 'LS-1'));
    await before.importFleet(
      own.map(({ client }) => clientOf(client, { logonServer: 'LS-1' })),
      { ...entry(''), to: 'imported' },
    );
    await storeFixture(before).campaign('sp5', own, runningState());
    const [one, two, everywhere] = [limitOf('LS-1', 1), limitOf('LS-2', 7), limitOf(null, 40)];
    await limit(before, [one], one);
    await sealing.sealer.round();
    await limit(before, [one, two, everywhere], everywhere);
    // A limit that was taken back stays away.
    await limit(before, [one, everywhere], two);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ value: { serverLimits: 2 } });
    expect((await after.readServerLimits()).limits).toEqual([one, everywhere]);
    await storeFixture(after).change('sp5', runningState());
    expect(await after.admit('sp5', own, at)).toHaveLength(1);

    using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
    await next.sealer.round();
    const again = await open();
    expect(await rebuild(again, systemClock, next.files())).toMatchObject({ value: { serverLimits: 2 } });
    expect((await again.readServerLimits()).limits).toEqual([one, everywhere]);
    await Promise.all([before.close(), after.close(), again.close()]);
  });
});
