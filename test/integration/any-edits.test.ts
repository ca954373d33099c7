import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { Store } from '../../shared/store/store.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { editCampaign } from '../../orchestrator/campaigns/edit.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { createCampaign } from '../../orchestrator/campaigns/create.ts';
import { startCampaign } from '../../orchestrator/campaigns/transitions.ts';
import { clientOf, entry } from '../contract/store/fixtures.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { smsRelease } from '../fixtures/running-campaign.ts';
import { sealingFixture } from '../audit/sealing-fixture.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount } from '../twin/recount.ts';
import { permitOf } from '../fixtures/permit.ts';

const now = Date.UTC(2026, 10, 17, 9);
const names = Array.from({ length: 12 }, (_, n) => `pc-${n}`);

/** Waves of a file: the first is that of the campaign, so that the start of it stays possible. */
const anyWaves = fc
  .array(
    fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 6 }) }),
      fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent: `${percent} %` })),
    ),
    { maxLength: 3 },
  )
  .map((sizes) => [
    { name: 'canary', count: 2 },
    ...sizes.map((size, at) => ({ name: `wave-${at}`, ...size })),
    { name: 'rest', rest: true },
  ]);

const anyFile = fc
  .record({ waves: anyWaves, active: fc.integer({ min: 1, max: 9 }), hasWindow: fc.boolean() })
  .map(({ waves, active, hasWindow }) =>
    JSON.stringify({
      campaign: 'sp4',
      release: 'sms-sp4',
      waves,
      budgets: { active },
      ...(hasWindow ? { window: { days: ['mon', 'tue'], between: '22:00-05:00' } } : {}),
    }),
  );

/** What happens to the campaign: an edit, a start, or a client of an open wave that begins. */
const anyStep = fc.oneof(
  { weight: 4, arbitrary: anyFile.map((text) => ({ kind: 'edit' as const, text })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'start' as const }) },
  { weight: 2, arbitrary: fc.nat(names.length - 1).map((at) => ({ kind: 'admit' as const, at })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'open' as const }) },
);

const original = JSON.stringify({
  campaign: 'sp4',
  release: 'sms-sp4',
  waves: [
    { name: 'canary', count: 2 },
    { name: 'rest', rest: true },
  ],
});

/** A campaign over twelve clients that has not begun. */
async function created(store: Store): Promise<LeaderContext> {
  const context = contextOver(store, standingClock(now), keepingDispatcher([]));
  await store.importFleet(
    names.map((client) => clientOf(client, { zone: 'Europe/Rome' })),
    { ...entry(''), to: 'imported' },
  );
  const evidence = { sha256: sha256('staged'), text: 'staged' };
  await store.stageRelease(smsRelease, evidence, { ...entry(''), to: 'staged' });
  expect((await createCampaign(context, 'anna', { file: 'c', text: original })).ok).toBe(true);
  return context;
}

/** By client: the wave in which the client waits, or in which it has begun. */
async function placesIn(store: Store): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  const put = (client: string, wave: number): void => {
    expect(places.has(client)).toBe(false);
    places.set(client, wave);
  };
  for await (const { client, wave } of store.waiting('sp4')) put(client, wave);
  for await (const { upgrade } of store.upgrades('sp4')) put(upgrade.client, upgrade.wave);
  return places;
}

test('any edits: each client is in one place, opened waves stay, and the audit brings the same waves back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 8 }), async (steps) => {
      const store = createMemoryStore(Date.now);
      using sealing = sealingFixture({ store, entriesAtMost: 7 });
      const context = await created(store);
      await sealing.sealer.round();
      for (const step of steps) {
        const before = await placesIn(store);
        const record = await store.readCampaign('sp4');
        const open =
          record !== null && 'openWaves' in record.campaign.state ? record.campaign.state.openWaves : 0;
        if (step.kind === 'start') await startCampaign(context, 'anna', 'sp4');
        if (step.kind === 'admit') {
          const pick = await store.readWaiting({ campaign: 'sp4', client: names[step.at] ?? '' });
          if (pick !== null) await store.admit('sp4', [pick], now);
        }
        if (step.kind === 'open' && record?.campaign.state.status === 'running') {
          const openWaves = Math.min(open + 1, record.campaign.waveSizes.length);
          const state = { ...record.campaign.state, openWaves };
          await store.commitCampaign({ ...record.campaign, state }, record.version, entry('sp4'));
        }
        if (step.kind === 'edit')
          await editCampaign(context, permitOf('anna'), {
            campaign: 'sp4',
            file: 'c',
            text: step.text,
            reason: 'why',
            dryRun: false,
          });
        await sealing.sealer.round();
        const after = await placesIn(store);
        expect([...after.keys()].sort()).toEqual(names.toSorted());
        const opened = [...before].filter(([, wave]) => wave < open);
        expect(opened.map(([client]) => [client, after.get(client)])).toEqual(opened);
        expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
        const sizes = (await store.readCampaign('sp4'))?.campaign.waveSizes ?? [];
        expect(sizes).toEqual(sizes.map((_, at) => [...after.values()].filter((wave) => wave === at).length));
      }
      const again = createMemoryStore(Date.now);
      const rebuilt = await rebuild(again, systemClock, sealing.files());
      expect(rebuilt.ok ? null : rebuilt.error.message).toBeNull();
      expect(await placesIn(again)).toEqual(await placesIn(store));
      expect(await again.editions('sp4')).toEqual(await store.editions('sp4'));
    }),
    { numRuns: 25 },
  );
});

test('each entry of the audit names the file that the campaign had then', async () => {
  const store = createMemoryStore(Date.now);
  using sealing = sealingFixture({ store });
  await created(store);
  const later = contextOver(store, standingClock(now + 1_000), keepingDispatcher([]));
  const text = original.replace('"count":2', '"count":3');
  const edit = { campaign: 'sp4', file: 'c', text, reason: 'why', dryRun: false };
  expect(await editCampaign(later, permitOf('anna'), edit)).toMatchObject({ value: { isApplied: true } });
  const hashes = async (): Promise<unknown> =>
    (await sealing.entries())
      .filter(({ campaign }) => campaign === 'sp4')
      .map(({ to, campaignHash }) => [to, campaignHash]);
  const expected = [
    ['created', sha256(original)],
    ['edition 1', sha256(text)],
    ['waiting', sha256(text)],
    ['edition 1', sha256(text)],
  ];
  expect(await hashes()).toEqual(expected);
  await sealing.sealer.round();
  expect(await hashes()).toEqual(expected);
  expect((await sealing.verify()).faults).toEqual([]);
});
