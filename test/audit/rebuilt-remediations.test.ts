import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, driven, entry, pick, runningState } from '../contract/store/fixtures.ts';
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

const limits = { perHour: 3, perWave: 3 };
const minute = 60_000;

/** Begins the remediation of a client, whose name is that which a worker gives it. */
async function begin(store: Store, client: string, now: number) {
  const fixture = storeFixture(store);
  const begun = await fixture.begun({ campaign: 'sp4', client }, { at: now });
  const upgrade: Upgrade = {
    ...begun.stored.upgrade,
    state: {
      phase: 'remedying',
      journal: {
        procedure: 'workaround',
        direction: 'forward',
        step: 'record',
        service: 'PCM',
        preImage: null,
        failures: 0,
        ending: null,
        turnedAt: null,
      },
      retryAt: null,
      blockers: [],
    },
  };
  return fixture.commit(begun, upgrade, driven, {
    step: 'start',
    at: now,
    audit: { ...entry('sp4', client), at: now, from: begun.stored.upgrade.state.phase, to: 'remedying' },
    remediation: { name: `${client}|1|1`, limits },
  });
}

describe.each(stores)('remediations that have begun, when the audit is rebuilt into %s', (_name, open) => {
  it('count against the limits of their campaign, by the hour and by the wave', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const own = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, n) =>
      pick(`pc-${name}`, `LS-${n % 3}`, n === 5 ? 1 : 0),
    );
    await storeFixture(before).admitted('sp4', own);
    await sealing.sealer.round();
    expect((await begin(before, 'pc-a', at)).kind).toBe('committed');
    expect((await begin(before, 'pc-b', at + minute)).kind).toBe('committed');
    await sealing.sealer.round();
    expect((await begin(before, 'pc-f', at + 2 * minute)).kind).toBe('committed');
    await sealing.sealer.round();
    await before.importFleet([], { ...entry(''), to: 'imported' });
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect(await after.begunRemediations('sp4', 0)).toEqual(await before.begunRemediations('sp4', 0));
    await storeFixture(after).change('sp4', runningState());
    // They come back parked.
    const parked = own.map(({ client, logonServer }) => ({ client, logonServer }));
    expect(await after.admit('sp4', parked, at)).toHaveLength(6);
    expect(await begin(after, 'pc-c', at + 3 * minute)).toMatchObject({
      kind: 'held',
      spent: { limit: 'perHour', most: 3, roomAt: at + 60 * minute },
    });
    // One that had begun is begun again after the look, and does not count twice.
    expect((await begin(after, 'pc-a', at + 61 * minute)).kind).toBe('committed');
    expect((await begin(after, 'pc-c', at + 180 * minute)).kind).toBe('committed');
    expect(await begin(after, 'pc-d', at + 999 * minute)).toMatchObject({
      kind: 'held',
      spent: { limit: 'perWave', most: 3 },
    });
    await Promise.all([before.close(), after.close()]);
  });
});
