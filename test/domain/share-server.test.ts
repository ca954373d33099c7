import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Contender, shareServer, type Turns } from '../../orchestrator/domain/share-server.ts';

const want = (campaign: string, priority: number, used = 0, wants = 99): Contender => ({
  campaign,
  priority,
  used,
  wants,
});

const grantsOf = (free: number, contenders: readonly Contender[], turns: Turns = new Map()) =>
  Object.fromEntries(shareServer(free, contenders, turns).granted);

describe('the free slots of a logon server', () => {
  test('go by priority: who has twice the weight gets twice the slots', () => {
    expect(grantsOf(9, [want('a', 10), want('b', 20)])).toEqual({ a: 3, b: 6 });
  });

  test('go first to a campaign that has none, however small its priority is', () => {
    expect(grantsOf(1, [want('a', 100, 9), want('b', 1)])).toEqual({ b: 1 });
  });

  test('what one campaign does not want, the others get', () => {
    expect(grantsOf(10, [want('a', 10, 0, 2), want('b', 10)])).toEqual({ a: 2, b: 8 });
  });

  test('one slot for two campaigns goes round, as often as the priorities say', () => {
    const contenders = [want('a', 3), want('b', 1)];
    let turns: Turns = new Map();
    const order = Array.from({ length: 8 }, () => {
      const share = shareServer(1, contenders, turns);
      ({ turns } = share);
      return [...share.granted.keys()].join('');
    });
    expect(order.filter((each) => each === 'a')).toHaveLength(6);
    expect(order.slice(0, 4)).toContain('b');
  });
});

const contenderList = fc.uniqueArray(
  fc.record({
    campaign: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    priority: fc.integer({ min: 1, max: 100 }),
    used: fc.integer({ min: 0, max: 9 }),
    wants: fc.integer({ min: 1, max: 9 }),
  }),
  { selector: ({ campaign }) => campaign, minLength: 1 },
);

test('no more is granted than is free, and than each wants; nothing stays free that is wanted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), contenderList, (free, contenders) => {
      const { granted } = shareServer(free, contenders, new Map());
      const sum = [...granted.values()].reduce((all, each) => all + each, 0);
      const wanted = contenders.reduce((all, { wants }) => all + wants, 0);
      expect(sum).toBe(Math.min(free, wanted));
      for (const { campaign, wants } of contenders)
        expect(granted.get(campaign) ?? 0).toBeLessThanOrEqual(wants);
    }),
  );
});

test('nobody starves: a campaign without a slot gets one within so many freed slots as its weight says', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({
          campaign: fc.constantFrom('a', 'b', 'c', 'd'),
          priority: fc.integer({ min: 1, max: 100 }),
        }),
        {
          selector: ({ campaign }) => campaign,
          minLength: 2,
        },
      ),
      fc.infiniteStream(fc.nat()),
      (campaigns, whoEnds) => {
        // One slot, which every campaign wants all the time, is freed again and again.
        const least = Math.min(...campaigns.map(({ priority }) => priority));
        const bound = campaigns.reduce((sum, { priority }) => sum + Math.ceil(priority / least) + 1, 0);
        const since = new Map(campaigns.map(({ campaign }) => [campaign, 0]));
        let turns: Turns = new Map();
        for (let freed = 0; freed < 2 * bound; freed += 1) {
          const order = campaigns.toSorted(() => (whoEnds.next().value % 2 === 0 ? 1 : -1));
          const share = shareServer(
            1,
            order.map(({ campaign, priority }) => want(campaign, priority)),
            turns,
          );
          ({ turns } = share);
          for (const [campaign, waited] of since)
            since.set(campaign, share.granted.has(campaign) ? 0 : waited + 1);
          expect(Math.max(...since.values())).toBeLessThanOrEqual(bound);
        }
      },
    ),
    { numRuns: 40 },
  );
});
