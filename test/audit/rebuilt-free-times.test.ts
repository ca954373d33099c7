import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, entry, gated, picks, runningState, settled, settledPlace } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sha256 } from '../../shared/evidence.ts';
import { sealingFixture } from './sealing-fixture.ts';

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

/** The client has settled in the campaign, and its looks have found this. */
async function learn(store: Store, campaign: string, client: string, looks: string): Promise<void> {
  const fixture = storeFixture(store);
  const begun = await fixture.begun({ campaign, client });
  const upgrade = withMemory(settled(begun.stored.upgrade), { learned: { freeTime: { looks } } });
  const audit = { ...entry(campaign, client), from: 'looking', to: 'settled' };
  const outcome = await fixture.commit(begun, upgrade, settledPlace, { audit, freeTime: looks });
  expect(outcome.kind).toBe('committed');
}

/** A campaign of three clients that is deleted again after its looks. */
async function learnAndDelete(store: Store, counts: Readonly<Record<string, string>>): Promise<void> {
  const fixture = storeFixture(store);
  await fixture.admitted('sp4', picks(3, ['LS-1', 'LS-2', 'LS-3']));
  for (const [client, looks] of Object.entries(counts)) await learn(store, 'sp4', client, looks);
}

async function deleteIt(store: Store): Promise<void> {
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('the campaign has a record');
  const state = { ...runningState(), status: 'ended', endedAt: at } as const;
  const removal = { kind: 'delete', by: 'anna', because: 'over', at } as const;
  const next = { ...record.campaign, state, removal };
  expect(await store.commitCampaign(next, record.version, entry('sp4'))).not.toBeNull();
  const { definition } = record.campaign;
  expect(await store.removeCampaign(definition.campaign, { ...entry('sp4'), to: 'deleted' })).toBe(true);
}

describe.each(stores)('when clients were found free, when the audit is rebuilt into %s', (_name, open) => {
  it('is known again of each client of the fleet, also from a campaign that was deleted', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const text = { sha256: sha256('staged'), text: 'staged' };
    const { copies: _copies, ...release } = gated;
    await before.stageRelease(release, text, { ...entry(''), to: 'staged' });
    await learnAndDelete(before, { 'pc-1': 'd1730:3/4', 'pc-2': 'd1200:1/1', 'pc-3': 'w0900:2/2' });
    await sealing.sealer.round();
    await deleteIt(before);
    await before.removeClients([{ client: 'pc-2', audit: { ...entry('', 'pc-2'), to: 'removed' } }]);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    const known = await after.freeTimes(['pc-1', 'pc-2', 'pc-3']);
    expect(Object.fromEntries(known)).toEqual({ 'pc-1': 'd1730:3/4', 'pc-3': 'w0900:2/2' });
    await Promise.all([before.close(), after.close()]);
  });
});
