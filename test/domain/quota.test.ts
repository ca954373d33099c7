import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantQuotas, raiseQuotas, type Share } from '../../shared/domain/campaign/quota.ts';

const share = (quota: number, inUse: number, wants: number, servedAt = 0): Share => ({
  quota,
  inUse,
  wants,
  servedAt,
});
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
const held = (shares: readonly Pick<Share, 'quota' | 'inUse'>[]): number =>
  sum(shares.map(({ quota, inUse }) => Math.max(quota, inUse)));

describe('quotas', () => {
  it.each([
    ['one shard has it all', 9, [share(0, 0, 4)], [9]],
    ['all need the same', 9, [share(0, 0, 9), share(0, 0, 9), share(0, 0, 9)], [3, 3, 3]],
    ['what one does not need the others get', 9, [share(0, 0, 1), share(0, 0, 9), share(0, 0, 9)], [1, 4, 4]],
    ['what nobody needs is shared by all', 9, [share(0, 0, 1), share(0, 0, 0)], [5, 4]],
    ['enough for everybody is left as it is', 9, [share(7, 2, 3), share(2, 0, 1)], [7, 2]],
    ['a budget that was cut is shared anew', 4, [share(7, 0, 0), share(2, 0, 0)], [2, 2]],
    [
      'too little for all: who waited longest',
      1,
      [share(1, 1, 5, 3), share(0, 0, 5, 1), share(0, 0, 5, 2)],
      [0, 1, 0],
    ],
    ['of two that waited as long, who has nothing', 1, [share(1, 0, 5), share(0, 0, 5)], [0, 1]],
    ['and nobody who needs nothing', 1, [share(0, 0, 0), share(0, 0, 1, 9)], [0, 1]],
  ])('%s', (_, active, shares, targets) => {
    expect(grantQuotas(active, shares)).toEqual(targets);
  });

  it('rise only by what is really free', () => {
    expect(raiseQuotas(3, [share(0, 2, 0), share(1, 0, 0)], [0, 3])).toEqual([0, 1]);
    expect(raiseQuotas(3, [share(0, 1, 0), share(1, 0, 0)], [0, 3])).toEqual([0, 2]);
    expect(raiseQuotas(1, [share(0, 5, 0), share(0, 0, 0)], [0, 1])).toEqual([0, 0]);
  });

  /** One shard between two rounds: it gives slots back and takes slots, within its quota. */
  const between = fc.array(fc.record({ ends: fc.nat(6), begins: fc.nat(6), comes: fc.nat(3) }), {
    minLength: 4,
    maxLength: 4,
  });

  it('never let shards use more than the budget, whatever happens between lowering and raising', () => {
    const rounds = fc.array(fc.tuple(between, between), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), rounds, (active, steps) => {
        let shares = [0, 0, 0, 0].map(() => share(0, 0, 5));
        for (const [turn, [first, second]] of steps.entries()) {
          const targets = grantQuotas(active, shares);
          expect(sum(targets)).toBeLessThanOrEqual(active);
          shares = shares.map((each, at) => ({ ...each, quota: Math.min(each.quota, targets[at] ?? 0) }));
          const known = shares;
          shares = shares.map((each, at) => live(each, first[at]));
          expect(held(shares)).toBeLessThanOrEqual(active);
          const raised = raiseQuotas(active, known, targets);
          shares = shares.map((each, at) => granted(each, raised[at] ?? 0, turn + 1));
          expect(held(shares)).toBeLessThanOrEqual(active);
          shares = shares.map((each, at) => live(each, second[at]));
          expect(held(shares)).toBeLessThanOrEqual(active);
        }
      }),
    );
  });

  it('serve every shard in turn, also when there are fewer slots than shards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 9 }), (active, count) => {
        let shares = Array.from({ length: count }, () => share(0, 0, 3));
        for (let turn = 1; turn <= count * 4 && shares.some(({ wants }) => wants > 0); turn += 1) {
          const targets = grantQuotas(active, shares);
          const lowered = shares.map((each, at) => ({
            ...each,
            quota: Math.min(each.quota, targets[at] ?? 0),
          }));
          const raised = raiseQuotas(active, lowered, targets);
          shares = lowered.map((each, at) => granted(each, raised[at] ?? 0, turn));
          // A client with a slot is finished before the next round.
          shares = shares.map((each) => ({ ...each, wants: Math.max(0, each.wants - each.quota) }));
        }
        expect(sum(shares.map(({ wants }) => wants))).toBe(0);
      }),
    );
  });
});

function live(each: Share, happens = { ends: 0, begins: 0, comes: 0 }): Share {
  const left = Math.max(0, each.inUse - happens.ends);
  const begun = Math.min(happens.begins, each.wants, Math.max(0, each.quota - left));
  return { ...each, inUse: left + begun, wants: each.wants - begun + happens.comes };
}

const granted = (each: Share, quota: number, turn: number): Share =>
  quota > each.quota ? { ...each, quota, servedAt: turn } : each;
