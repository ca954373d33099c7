import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BegunRemediation,
  type RemediationLimits,
  spentLimit,
} from '../../../shared/domain/rules/remediation-limits.ts';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { at, driven, pausedState, picks, runningState } from './fixtures.ts';
import type { Begun, Given, StoreFixture } from './store-fixture.ts';

const servers = ['LS-1', 'LS-2', 'LS-3'];
const hour = 3_600_000;

/** So many clients of one campaign that have a driver each, in several shards where there are. */
async function drivers(fixture: StoreFixture, count: number): Promise<readonly Begun[]> {
  await fixture.admitted('sp4', picks(count, servers));
  return Promise.all(picks(count, servers).map(({ client }) => fixture.begun({ campaign: 'sp4', client })));
}

interface Start {
  readonly limits: RemediationLimits;
  readonly name: string;
  readonly now?: number;
  readonly wave?: number;
  readonly version?: number;
}

const start = (fixture: StoreFixture, begun: Begun, { limits, name, now = at, wave = 0, version }: Start) => {
  const upgrade: Upgrade = { ...begun.stored.upgrade, wave };
  return fixture.commit(begun, upgrade, driven, {
    step: 'start',
    at: now,
    counters: {},
    remediation: { name, limits },
    ...(version === undefined ? {} : { version }),
  });
};

export function remediationsContract(given: Given): void {
  describe('limits of remediations', () => {
    it('begin no more in an hour than the limit, in all shards together, in any order', async () => {
      const fixture = given();
      const begun = await drivers(fixture, 6);
      const limits = { perHour: 2 };
      const outcomes = await Promise.all(
        begun.map((each) => start(fixture, each, { limits, name: each.stored.key.client })),
      );
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(2);
      expect(outcomes.find(({ kind }) => kind === 'held')).toEqual({
        kind: 'held',
        because:
          'the campaign begins at most 2 remediations in an hour, and has begun as many in the last one',
        spent: { limit: 'perHour', most: 2, roomAt: at + hour },
      });
      const left = begun[outcomes.findIndex(({ kind }) => kind === 'held')];
      if (left === undefined) throw new Error('all have begun');
      const name = left.stored.key.client;
      expect((await start(fixture, left, { limits, name, now: at + hour - 1 })).kind).toBe('held');
      expect((await start(fixture, left, { limits, name, now: at + hour })).kind).toBe('committed');
    });

    it('begin no more in a wave than the limit, at any time; each wave has its own', async () => {
      const fixture = given();
      const [a, b, c] = await drivers(fixture, 3);
      if (a === undefined || b === undefined || c === undefined) throw new Error('too few');
      const limits = { perWave: 1 };
      expect((await start(fixture, a, { limits, name: 'a' })).kind).toBe('committed');
      const late = { limits, now: at + 99 * hour };
      expect(await start(fixture, b, { ...late, name: 'b' })).toMatchObject({
        kind: 'held',
        spent: { limit: 'perWave', most: 1, roomAt: null },
      });
      expect((await start(fixture, c, { ...late, name: 'c', wave: 1 })).kind).toBe('committed');
      expect((await start(fixture, b, { ...late, name: 'b', limits: { perWave: 2 } })).kind).toBe(
        'committed',
      );
    });

    it('count no remediation that was not committed', async () => {
      const fixture = given();
      const [a, b] = await drivers(fixture, 2);
      if (a === undefined || b === undefined) throw new Error('too few');
      const limits = { perHour: 1, perWave: 1 };
      expect((await start(fixture, a, { limits, name: 'a', version: 77 })).kind).toBe('stale');
      await fixture.change('sp4', pausedState);
      expect((await start(fixture, a, { limits, name: 'a' })).kind).toBe('held');
      await fixture.change('sp4', runningState());
      expect((await start(fixture, b, { limits, name: 'b' })).kind).toBe('committed');
      expect(await start(fixture, a, { limits, name: 'a' })).toMatchObject({
        kind: 'held',
        spent: { limit: 'perWave' },
      });
    });

    it('are known by their time, and count again after a rebuild has put them back, each once', async () => {
      const fixture = given();
      const [a, b, c] = await drivers(fixture, 3);
      if (a === undefined || b === undefined || c === undefined) throw new Error('too few');
      const limits = { perHour: 2, perWave: 3 };
      expect((await start(fixture, a, { limits, name: 'pc-1|1|1' })).kind).toBe('committed');
      const later = at + hour / 2;
      const back = [
        { name: 'pc-1|1|1', at, wave: 0 },
        { name: 'pc-9|1|1', at: later, wave: 0 },
      ];
      await fixture.store.putBackRemediations('sp4', back);
      const found = (since: number) => fixture.store.begunRemediations('sp4', since);
      expect([...(await found(at))]).toEqual([
        ['pc-1|1|1', at],
        ['pc-9|1|1', later],
      ]);
      expect([...(await found(at + 1)).keys()]).toEqual(['pc-9|1|1']);
      expect(await start(fixture, b, { limits, name: 'b', now: later })).toMatchObject({
        spent: { limit: 'perHour', roomAt: at + hour },
      });
      expect((await start(fixture, b, { limits, name: 'b', now: at + hour })).kind).toBe('committed');
      expect(await start(fixture, c, { limits, name: 'c', now: at + 9 * hour })).toMatchObject({
        spent: { limit: 'perWave' },
      });
    });

    it('decide as the domain does', async () => {
      const fixture = given();
      const begun = await drivers(fixture, 40);
      const tries = fc.sample(
        fc.record({
          afterMs: fc.integer({ min: 0, max: hour / 3 }),
          wave: fc.nat(2),
          limits: fc.record(
            { perHour: fc.integer({ min: 1, max: 3 }), perWave: fc.integer({ min: 1, max: 12 }) },
            { requiredKeys: [] },
          ),
        }),
        { numRuns: begun.length, seed: 15 },
      );
      let [known, now]: [readonly BegunRemediation[], number] = [[], at];
      const kinds = new Set<string>();
      for (const [index, { afterMs, ...asked }] of tries.entries()) {
        const driver = begun[index];
        if (driver === undefined) continue;
        now += afterMs;
        const remediation = { name: driver.stored.key.client, wave: asked.wave, at: now };
        const expected = spentLimit(asked.limits, known, remediation);
        const outcome = await start(fixture, driver, { ...asked, name: remediation.name, now });
        expect(outcome).toMatchObject(
          expected === null ? { kind: 'committed' } : { kind: 'held', spent: expected },
        );
        if (expected === null) known = [...known, remediation];
        kinds.add(expected?.limit ?? 'begun');
      }
      expect([...kinds].sort()).toEqual(['begun', 'perHour', 'perWave']);
    });
  });
}
