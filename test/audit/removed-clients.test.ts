import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { newUpgrade } from '../../shared/domain/upgrade/state.ts';
import { removedTo } from '../../shared/store/removal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { all, at, clientOf, entry, pick, settled, settledPlace } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import { sealingFixture } from './sealing-fixture.ts';

const clients = ['pc-1', 'pc-2', 'pc-3'].map((client, n) => clientOf(client, { logonServer: `LS-${n + 1}` }));

/** pc-1 and pc-2 settle in sp4; then all three leave the fleet, and pc-2 comes back. */
async function removedAndBack(store: Store, sealed: () => Promise<unknown>) {
  await store.importFleet(clients, { ...entry(''), to: 'imported' });
  const fixture = storeFixture(store);
  const wanted = ['pc-1', 'pc-2'].map((client, n) => pick(client, `LS-${n + 1}`));
  await fixture.admitted('sp4', wanted);
  for (const { client } of wanted) {
    const begun = await fixture.begun({ campaign: 'sp4', client });
    const audit = entry('sp4', client);
    await fixture.commit(begun, settled(begun.stored.upgrade, 'failed'), settledPlace, { audit });
  }
  await sealed();
  for (const { client } of clients) {
    const audit = { ...entry('', client), to: removedTo };
    expect((await store.removeClients([{ client, audit }])).kind).toBe('removed');
  }
  await sealed();
  const back = clientOf('pc-2', { logonServer: 'LS-9', host: 'another' });
  await store.importFleet([back], { ...entry(''), to: 'imported' });
  return back;
}

describe.each(storesAndShards)('a client that was removed, in the audit files (%s)', (_name, open) => {
  it.each(['step by step', 'all at the end'])(
    'is not put back, and no campaign opens its record again, also when the name has come back (sealed %s)',
    async (when) => {
      const [store, rebuilt] = [await open(), await open()];
      using sealing = sealingFixture({ store, shards: await store.shards() });
      const round = () => sealing.sealer.round();
      const back = await removedAndBack(store, async () => (when === 'all at the end' ? null : round()));
      await round();
      expect(await sealing.verify()).toMatchObject({ faults: [] });

      const outcome = await rebuild(rebuilt, systemClock, sealing.files());
      expect(outcome).toMatchObject({ ok: true, value: { clients: 1 } });
      expect(await all(rebuilt.fleet())).toEqual([back]);
      for (const client of ['pc-1', 'pc-2']) {
        expect(await rebuilt.formerCampaigns(client)).toEqual(['sp4']);
        const key = { campaign: 'sp4', client };
        const stored = await rebuilt.readUpgrade(key);
        expect(stored?.index).toBe('settled');
        const upgrade = newUpgrade(client, 0, stored?.upgrade.logonServer ?? '');
        const { version = 0 } = stored ?? {};
        const change = { key, version, upgrade, place: 'due', counters: {}, at } as const;
        expect(await rebuilt.commitIdle({ ...change, audit: entry('sp4', client) })).toEqual({
          kind: 'gone',
        });
      }
      expect(await rebuilt.leastGeneration('pc-3')).toBeGreaterThan(1);
      await Promise.all([store.close(), rebuilt.close()]);
    },
  );
});
