import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { Activation } from '../../shared/store/types.ts';
import {
  campaignOf,
  deferred,
  entry,
  pick,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from '../contract/store/fixtures.ts';
import { joinFleet, storeFixture } from '../contract/store/store-fixture.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { manualDispatcher } from '../fixtures/dispatchers.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { evening } from './given.ts';

const names = ['a', 'b', 'c'] as const;
type Name = (typeof names)[number];
const server = 'LS-1';
const gate = { settledPercent: 100, notOkPercent: 100, minSample: 1 };

type Step =
  | { readonly do: 'round' }
  | { readonly do: 'work'; readonly which: number; readonly end: 'settle' | 'defer' }
  | { readonly do: 'pause' | 'resume'; readonly name: Name };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ do: 'round' as const }),
  fc.record({ do: fc.constant('work' as const), which: fc.nat(50), end: fc.constantFrom('settle', 'defer') }),
  fc.record({ do: fc.constantFrom('pause', 'resume'), name: fc.constantFrom(...names) }),
);

/** Three campaigns of different priority at one logon server that has a limit over all of them. */
async function threeCampaigns(sizes: readonly number[], active: number) {
  const store = createMemoryStore(Date.now);
  const fixture = storeFixture(store);
  const dispatcher = manualDispatcher();
  const limit = { logonServer: server, active, by: 'kim', because: 'slow line', at: evening };
  await store.commitServerLimits({ version: 0, limits: [limit] }, entry(''));
  for (const [index, name] of names.entries()) {
    const size = sizes[index] ?? 1;
    const picks = Array.from({ length: size }, (_, n) => pick(`${name}-${n}`, server));
    const { definition, ...campaign } = campaignOf(name, runningState(1), { active: 4, perLogonServer: 4 });
    await joinFleet(store, picks);
    const waves = [{ name: 'all', size: { rest: true as const }, gate }];
    const own = {
      ...campaign,
      waveSizes: [size],
      definition: { ...definition, waves, priority: 1 + 30 * index },
    };
    expect((await store.createCampaign(own, picks, entry(name))).ok).toBe(true);
  }
  const round = runCampaigns();
  const context = contextOver(store, standingClock(evening), dispatcher);
  const open: Activation[] = [];
  const takeJobs = (): void => {
    open.push(...dispatcher.jobs.splice(0));
  };
  const pause = async (name: Name, isPaused: boolean): Promise<void> => {
    const record = await store.readCampaign(name);
    if (record === null || !['running', 'paused'].includes(record.campaign.state.status)) return;
    const state = isPaused
      ? {
          ...runningState(1),
          status: 'paused' as const,
          pausedAt: evening,
          byGate: false,
          by: 'kim',
          because: 'x',
        }
      : runningState(1);
    await store.commitCampaign({ ...record.campaign, state }, record.version, entry(name));
  };
  const work = async (which: number, end: 'settle' | 'defer'): Promise<void> => {
    const [activation] = open.splice(which % Math.max(1, open.length), 1);
    if (activation === undefined) return;
    const begun = await fixture.begin(activation.key, { at: evening });
    if (begun.kind !== 'begun') return;
    const { upgrade } = begun.stored;
    const place = end === 'settle' ? settledPlace : restUntil(evening);
    const done = await fixture.commit(
      begun,
      end === 'settle' ? settled(upgrade) : deferred(upgrade, evening),
      place,
    );
    if (done.kind !== 'committed') return;
    open.push(...[done.next, done.handed].filter((each) => each !== null));
  };
  const run = async (each: Step): Promise<void> => {
    if (each.do === 'round') await round.run(context);
    if (each.do === 'work') await work(each.which, each.end);
    if (each.do === 'pause' || each.do === 'resume') await pause(each.name, each.do === 'pause');
    takeJobs();
  };
  return { store, open, run };
}

test('never above the limit in any order of rounds, work and pauses, and every client is served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(step, { maxLength: 40 }),
      async (sizes, active, steps) => {
        const { store, run } = await threeCampaigns(sizes, active);
        const used = async () => (await store.slotsInAll())[server] ?? 0;
        for (const each of steps) {
          await run(each);
          expect(await used()).toBeLessThanOrEqual(active);
        }
        for (const name of names) await run({ do: 'resume', name });
        const all = sizes.reduce((sum, each) => sum + each, 0);
        // Every client takes a round and a turn, and may have come back without a slot before.
        for (let turn = 0; turn < 4 * all; turn += 1) {
          await run({ do: 'round' });
          await run({ do: 'work', which: 0, end: 'settle' });
          expect(await used()).toBeLessThanOrEqual(active);
        }
        const ends = (await store.campaigns()).map(({ campaign }) => campaign.state.status);
        expect(ends).toEqual(['ended', 'ended', 'ended']);
        expect(await store.slotsInAll()).toEqual({});
      },
    ),
    { numRuns: 60 },
  );
});

test('of two campaigns with work for all, each has its slots by priority after one round', async () => {
  const { store, run } = await threeCampaigns([6, 6, 6], 5);
  await run({ do: 'round' });
  const slots = await Promise.all(names.map(async (name) => (await store.slotsInUse(name)).active));
  expect(slots).toEqual([1, 2, 2]);
});
