import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, campaignOf, driven, entry, gated, pick, runningState } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { joinFleet, storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

const key = { campaign: 'sp4', client: 'pc-1' };
const plain = campaignOf('sp4', runningState());
const asksWhetherStepsFit: Campaign = {
  ...plain,
  definition: { ...plain.definition, calendar: { windows: [], fit: {} } },
};

async function create(store: Store, campaign: Campaign): Promise<void> {
  const text = { sha256: sha256('staged'), text: 'staged' };
  const { copies: _copies, ...release } = gated;
  await store.stageRelease(release, text, { ...entry(''), to: 'staged' });
  await joinFleet(store, [pick('pc-1')]);
  expect(await store.createCampaign(campaign, [pick('pc-1')], entry('sp4'))).toMatchObject({ ok: true });
  await store.admit('sp4', [pick('pc-1')], at);
}

/** A client on which a step has begun that is measured. */
async function beginStep(store: Store): Promise<void> {
  const fixture = storeFixture(store);
  const begun = await fixture.begun(key);
  const marking: Upgrade = { ...begun.stored.upgrade, state: { phase: 'marking' } };
  const measured = withMemory(marking, { history: { began: { step: 'mark', at } } });
  const audit = { ...entry('sp4', 'pc-1'), from: 'looking', to: 'marking' };
  expect((await fixture.commit(begun, measured, driven, { audit })).kind).toBe('committed');
}

describe.each(stores)('how long steps take, when the audit is rebuilt into %s', (_name, open) => {
  it('is known again on each product, in the same order', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    await before.noteStepTime('sms-1.2', 'mark', 7);
    await create(before, asksWhetherStepsFit);
    await sealing.sealer.round();
    for (const ms of [1_500, 900, 2_000]) await before.noteStepTime('sms-1.2', 'relocation', ms);
    await beginStep(before);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect(await after.stepTimes('sms-1.2')).toEqual({ mark: [7], relocation: [2_000, 900, 1_500] });
    await Promise.all([before.close(), after.close()]);
  });

  it('stands in no file of a campaign that does not ask whether steps fit', async () => {
    const store = await open();
    using sealing = sealingFixture({ store, shards: await store.shards() });
    await store.noteStepTime('sms-1.2', 'mark', 7);
    await create(store, plain);
    await sealing.sealer.round();
    expect(sealing.lines().filter((line) => line.startsWith('{"stepTimes"'))).toEqual([]);
    await store.close();
  });
});
