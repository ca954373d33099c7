import { describe, expect, test } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { readEntries } from '../../orchestrator/audit/read.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Store } from '../../shared/store/store.ts';
import {
  all,
  at,
  campaignOf,
  entry,
  picks,
  runningState,
  settled,
  settledPlace,
} from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const servers = ['LS-1', 'LS-2', 'LS-3'];
const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['in memory', async () => createMemoryStore(Date.now)],
  ['in Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['in Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

/** Creates a campaign whose file has this hash, with so many clients, of which two are admitted. */
async function create(store: Store, name: string, hash: string, clients: number): Promise<void> {
  const { definition, ...campaign } = campaignOf(name, runningState());
  await store.importFleet([]);
  const own = picks(clients, servers);
  const created = await store.createCampaign(
    { ...campaign, waveSizes: [clients], definition: { ...definition, hash } },
    own,
    { ...entry(name), from: '', to: 'created' },
  );
  expect(created.ok).toBe(true);
  await store.admit(name, own.slice(0, 2), at);
}

async function settleAll(store: Store, name: string): Promise<void> {
  const fixture = storeFixture(store);
  for (const { key } of await all(store.upgrades(name))) {
    const begun = await fixture.begun(key);
    await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, {
      audit: { ...entry(name, key.client), to: 'settled' },
    });
  }
}

async function remove(store: Store, name: string): Promise<void> {
  const record = await store.readCampaign(name);
  if (record === null) throw new Error(`no campaign ${name}`);
  const removal = { kind: 'archive', by: 'anna', because: 'over', at } as const;
  await store.commitCampaign({ ...record.campaign, removal }, record.version, {
    ...entry(name),
    to: 'removing',
  });
  expect(await store.removeCampaign(name, { ...entry(name), to: 'archived' })).toBe(true);
}

const described = async (store: Store, name: string) => ({
  life: (await store.readCampaign(name))?.campaign.life,
  hash: (await store.readCampaign(name))?.campaign.definition.hash,
  waiting: (await all(store.waiting(name))).map(({ client }) => client).sort(),
  begun: (await all(store.upgrades(name))).map(({ key, activation }) => `${key.client} ${activation}`).sort(),
});

describe.each(stores)('a campaign that was removed, %s', (_name, open) => {
  test.each([
    ['sealed after each step', true],
    ['sealed once', false],
  ])('is not brought back by a rebuild, and its successor is: %s', async (_how, isSealedOften) => {
    const before = await open();
    const fixture = storeFixture(before);
    await fixture.campaign('fleet', picks(6, servers), { status: 'created' });
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const seal = async (): Promise<unknown> => isSealedOften && sealing.sealer.round();
    await create(before, 'sp4', 'first file', 6);
    await seal();
    await settleAll(before, 'sp4');
    await seal();
    await remove(before, 'sp4');
    await seal();
    await create(before, 'sp4', 'second file', 3);
    await seal();
    await settleAll(before, 'sp4');
    await create(before, 'sp3', 'third file', 6);
    await settleAll(before, 'sp3');
    await seal();
    await remove(before, 'sp3');
    await sealing.sealer.round();
    await sealing.sealer.round();

    expect((await sealing.verify()).faults).toEqual([]);
    // Each entry names the file of its own campaign.
    const entries = await Array.fromAsync(readEntries(before, sealing.archive, { campaign: 'sp4' }));
    expect(
      entries.filter(({ client }) => client === null).map(({ to, campaignHash }) => [to, campaignHash]),
    ).toEqual([
      ['created', 'first file'],
      ['removing', 'first file'],
      ['archived', 'first file'],
      ['created', 'second file'],
    ]);
    const after = await open();
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect(await after.readCampaign('sp3')).toBeNull();
    expect(await after.formerLife('sp3')).toEqual({ lives: 1, hash: 'third file' });
    const present = await described(before, 'sp4');
    expect(present).toMatchObject({ life: 1, hash: 'second file', waiting: ['pc-3'] });
    expect(await described(after, 'sp4')).toEqual(present);

    // The name goes on with its next life, and a second rebuild does not mix them up.
    using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
    await create(after, 'sp3', 'fourth file', 4);
    await next.sealer.round();
    const last = await open();
    expect(await rebuild(last, systemClock, next.files())).toMatchObject({ ok: true });
    expect(await described(last, 'sp3')).toEqual(await described(after, 'sp3'));
    expect(await described(last, 'sp3')).toMatchObject({ life: 1, hash: 'fourth file' });
    await Promise.all([before.close(), after.close(), last.close()]);
  });

  test('whose removal broke off comes back as it was', async () => {
    const [before, after] = [await open(), await open()];
    const fixture = storeFixture(before);
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    await fixture.campaign('fleet', picks(6, servers), { status: 'created' });
    await create(before, 'sp4', 'first file', 6);
    await settleAll(before, 'sp4');
    const record = await before.readCampaign('sp4');
    const removal = { kind: 'archive', by: 'anna', because: 'over', at } as const;
    if (record !== null)
      await before.commitCampaign({ ...record.campaign, removal }, record.version, entry('sp4'));
    await sealing.sealer.round();
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect((await after.readCampaign('sp4'))?.campaign.removal).toBeUndefined();
    expect((await all(after.upgrades('sp4'))).length).toBe(2);
    await Promise.all([before.close(), after.close()]);
  });
});
