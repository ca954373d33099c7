import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { restartPlaces, restartRules } from '../../shared/domain/rules/restart-limits.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, entry, later, picks, restarting, restUntil, roomy } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const campaign = 'sp4';
const limits = { perLogonServer: 2 };
const order = { cause: 'mark', orderedAt: at, bootBefore: 'boot-1', deadline: later, taken: true } as const;
const ordered = (upgrade: Upgrade): Upgrade => withMemory(restarting(upgrade), { open: { restart: order } });

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

describe.each(stores)('slots of restarts, rebuilt from the audit into %s', (_name, open) => {
  it('are held by the clients that were restarting, and a repair of them breaks no chain', async () => {
    const before = await open();
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const fixture = storeFixture(before);
    const clients = picks(5, ['LS-1', 'LS-2']);
    await fixture.admitted(campaign, clients, { ...roomy, restarts: limits });
    for (const { client, logonServer } of clients.slice(0, 3)) {
      const begun = await fixture.begun({ campaign, client });
      const rules = restartRules(0, limits, []);
      // The first one has lost its slot.
      const slot = { needs: 'slot', terms: rules.terms, places: restartPlaces(rules, logonServer) } as const;
      await fixture.commit(begun, ordered(begun.stored.upgrade), restUntil(later, true), {
        audit: { ...entry(campaign, client), from: 'looking', to: 'restarting' },
        ...(client === 'pc-1' ? {} : { restart: slot }),
      });
    }
    const checked = await before.checkRestarts({ campaign, edition: 0, limits, at });
    expect(checked.findings).toHaveLength(1);
    await sealing.sealer.round();
    expect((await sealing.verify()).faults).toEqual([]);

    const after = await open();
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    const holders = async (store: Store) =>
      (await store.restarts(campaign)).map(({ client, places, since, holds }) => ({
        client,
        places,
        since,
        holds,
      }));
    const expected = (await holders(before)).toSorted((a, b) => (a.client < b.client ? -1 : 1));
    expect(expected).toHaveLength(3);
    expect((await holders(after)).toSorted((a, b) => (a.client < b.client ? -1 : 1))).toEqual(
      expected.map((each) => ({ ...each, since: at })),
    );
    using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
    await next.sealer.round();
    expect(await next.verify()).toMatchObject({ faults: [], torn: [] });
    await Promise.all([before.close(), after.close()]);
  });
});
