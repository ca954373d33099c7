import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../twin/memory-store.ts';
import { testRedis } from '../environment/redis.ts';
import { runsOf } from '../environment/seeds.ts';
import type { Store } from '../../shared/store/store.ts';
import { at } from './store/fixtures.ts';
import { campaigns, newRun, oneShard, severalShards, stepsIn } from './store/random-steps.ts';
import { openTestStore } from './store/open-test-store.ts';
import { expectWhole, snapshot } from './store/snapshot.ts';

describe('the Redis store and its in-memory twin, given the same random steps', () => {
  it.each([
    [1, oneShard],
    [3, severalShards],
    [1, { ...oneShard, removing: true }],
    [3, { ...severalShards, removing: true }],
    [1, { ...oneShard, joining: true }],
    [3, { ...severalShards, joining: true }],
    [1, { ...oneShard, restarting: true }],
    [3, { ...severalShards, restarting: true }],
  ])(
    'give the same outcome at every step, hold the same data at the end, and count right: %i shards',
    async (shards, mode) => {
      const kinds = new Set<unknown>();
      await fc.assert(
        fc.asyncProperty(stepsIn(mode), async (steps) => {
          const { store } = await openTestStore(testRedis(), shards);
          const inMemory = await newRun(createMemoryStore(Date.now), mode);
          const inRedis = await newRun(store, mode);
          for (const step of steps) {
            inMemory.steps += 1;
            inRedis.steps += 1;
            const outcome = withoutRealTime(await step(inRedis));
            expect(outcome).toEqual(withoutRealTime(await step(inMemory)));
            kinds.add(kindOf(outcome));
          }
          expect(await snapshot(store, shards)).toEqual(await snapshot(inMemory.fixture.store, shards));
          await expectWhole(store, mode.joining);
          await expectWhole(inMemory.fixture.store, mode.joining);
          expect(await repaired(store)).toEqual(await repaired(inMemory.fixture.store));
          await store.close();
        }),
        {
          seed: 20_261_122,
          numRuns: runsOf(mode.joining === true || mode.restarting === true ? 30 : shards === 1 ? 60 : 30),
        },
      );
      // The test proves something only if the steps lead to every outcome.
      expect([...kinds]).toEqual(expect.arrayContaining(everyKind));
      expect(kinds.has('committed, woken')).toBe(mode.restarting === true);
    },
  );
});

/**
 * Fields that differ between the stores: lease ends, fence counters (which never fall below the
 * time), and home shards.
 */
const realTime = new Set(['until', 'counter', 'shard']);

const everyKind = [
  'begun',
  'parked',
  'ignored',
  'committed',
  'committed, handed',
  'inbox',
  'held',
  'stale',
  'delivered',
];

function kindOf(outcome: unknown): unknown {
  if (typeof outcome !== 'object' || outcome === null || !('kind' in outcome)) return null;
  if ('woken' in outcome) return 'committed, woken';
  return 'handed' in outcome && outcome.handed !== null ? 'committed, handed' : outcome.kind;
}

/** What a check finds in the slots of restarts; the next check finds nothing more. */
async function repaired(store: Store): Promise<readonly string[]> {
  const found: string[] = [];
  for (const campaign of campaigns) {
    const asked = { campaign, edition: 9, limits: { perLogonServer: 1 }, at };
    const { findings, isRecounted } = await store.checkRestarts(asked);
    expect(isRecounted).toBe(false);
    found.push(...findings.map(({ key, found: what }) => `${campaign} ${key.client} ${what}`));
    expect(await store.checkRestarts(asked)).toEqual({ findings: [], isRecounted: false, woken: [] });
  }
  return found.sort();
}

/** Real time differs between the two. */
const withoutRealTime = (outcome: unknown): unknown =>
  JSON.parse(JSON.stringify(outcome ?? null), (name, value: unknown) => (realTime.has(name) ? null : value));
