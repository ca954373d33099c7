import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planWaves } from '../../orchestrator/domain/plan-waves.ts';
import { standingOf } from '../../orchestrator/domain/share.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { clientOf } from '../contract/store/fixtures.ts';
import { accepted, faultsOf } from '../input/given.ts';

const fleet = Array.from({ length: 2_000 }, (_, n) => clientOf(`pc-${n}`));

const chosen = (select: string, clients: readonly Client[] = fleet, campaign = 'c'): readonly string[] => {
  const text = `campaign: ${campaign}\nrelease: r\nselect: ${select}\nwaves: [{ name: all, rest: true }]\n`;
  const { waves } = planWaves(accepted(parseCampaign(text, 'c.yaml')), clients);
  return waves.flatMap((wave) => wave.clients.map(({ client }) => client)).sort();
};

/**
 * The definition of docs/campaigns.md, written down a second time: FNV-1a with offset basis and
 * prime of draft-eastlake-fnv, and fmix32 of MurmurHash3.
 */
function published(seed: string, client: string): number {
  let hash = 2_166_136_261n;
  const low = (value: bigint): bigint => BigInt.asUintN(32, value);
  for (const character of `${seed}\u0000${client.toLowerCase()}`)
    hash = low((hash ^ BigInt(character.codePointAt(0) ?? 0)) * 16_777_619n);
  hash = low((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = low((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  return (Number(hash ^ (hash >> 16n)) / 2 ** 32) * 100;
}

describe('a stable share of the fleet', () => {
  test.each([1, 20, 50])('of %i %% has about as many clients', (percent) => {
    const share = (chosen(`{ percent: ${percent} % }`).length / fleet.length) * 100;
    expect(Math.abs(share - percent)).toBeLessThan(4);
  });

  test('keeps its clients when it grows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.string({ minLength: 1 }), (percent, seed) => {
        for (const { client } of fleet.slice(0, 200))
          expect(standingOf(seed, client) < percent && standingOf(seed, client) >= percent + 1).toBe(false);
      }),
      { numRuns: 20 },
    );
    const larger = new Set(chosen('{ percent: 30 % }'));
    expect(chosen('{ percent: 20 % }').every((client) => larger.has(client))).toBe(true);
  });

  test('is the same in any order of the fleet, beside other clients, and in any campaign', () => {
    const share = chosen('{ percent: 20 % }');
    expect(chosen('{ percent: 20 % }', fleet.toReversed(), 'other')).toEqual(share);
    const some = new Set(fleet.slice(500, 900).map(({ client }) => client));
    expect(chosen('{ percent: 20 % }', fleet.slice(500, 900))).toEqual(share.filter((id) => some.has(id)));
  });

  test('has other clients with another seed', () => {
    expect(chosen('{ percent: 20 %, seed: b }')).not.toEqual(chosen('{ percent: 20 %, seed: a }'));
  });

  test('is the one that docs/campaigns.md defines', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (seed, client) => {
        expect(standingOf(seed, client)).toBe(published(seed, client));
      }),
    );
    expect(standingOf('autumn', 'PC-1')).toBe(standingOf('autumn', 'pc-1'));
  });

  test('is refused with 0 %, above 100 %, and when a seed stands alone', () => {
    const faults = (select: string) =>
      faultsOf(parseCampaign(`campaign: c\nrelease: r\nselect: ${select}\n`, 'c.yaml'));
    expect(faults('{ percent: 0 % }')).toEqual(['c.yaml:3: select.percent: is 0 %, expected more than 0 %']);
    expect(faults('{ percent: 120 % }')).toHaveLength(1);
    expect(faults('{ seed: a }')).toEqual([
      'c.yaml:3: select.seed: stands without percent, expected percent beside it, such as percent: 20 %',
    ]);
  });
});
