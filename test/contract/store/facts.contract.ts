import { describe, expect, it } from 'vitest';
import { type Fact, factKinds } from '../../../shared/domain/outcome/facts.ts';
import { at, entry, picks, runningState } from './fixtures.ts';
import type { Given, StoreFixture } from './store-fixture.ts';

type Begun = Awaited<ReturnType<StoreFixture['begun']>>;

const failed = (cause: string): readonly Fact[] => [{ kind: 'failed', cause }, { kind: 'tried' }];

const longest = 60_000;

/** Two clients of a campaign with stop rules, each with a driver. */
async function withRules(fixture: StoreFixture): Promise<readonly [Begun, Begun]> {
  const { store } = fixture;
  await fixture.admitted('sp4', picks(2));
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('sp4 is not there');
  const { definition } = record.campaign;
  const stop = [1_000, longest].map((withinMs) => ({ sameCause: 9, withinMs, does: 'pause' }) as const);
  const next = { ...record.campaign, definition: { ...definition, stop } };
  expect(await store.commitCampaign(next, record.version, entry('sp4'))).not.toBeNull();
  const begin = (client: string) => fixture.begun({ campaign: 'sp4', client });
  return [await begin('pc-1'), await begin('pc-2')];
}

export function factsContract(given: Given): void {
  describe('facts for stop rules', () => {
    it('count clients, each once and by its newest time, over all shards', async () => {
      const fixture = given();
      const { store } = fixture;
      const waiting = picks(6, ['LS-1', 'LS-2', 'LS-3']);
      await fixture.campaign('sp4', waiting, runningState());
      await store.admit('sp4', waiting, at);
      for (const [n, { client }] of waiting.entries()) {
        const key = { campaign: 'sp4', client };
        const begun = await fixture.begin(key);
        if (begun.kind !== 'begun') throw new Error(`${client} is ${begun.kind}`);
        const cause = n < 4 ? 'disk | full' : 'logon refused';
        const driven = { index: 'driven' } as const;
        const facts = n === 5 ? [{ kind: 'tried' } as const] : failed(cause);
        const outcome = await fixture.commit(begun, begun.stored.upgrade, driven, { facts, at: at + n });
        expect(outcome.kind).toBe('committed');
      }
      const of = (disk: number, logon: number): Readonly<Record<string, number>> =>
        Object.fromEntries(
          Object.entries({ 'disk | full': disk, 'logon refused': logon }).filter(
            ([, clients]) => clients > 0,
          ),
        );
      const again = await store.countFacts('sp4', [-Infinity, at, at + 3, at + 5]);
      expect(again).toEqual([
        { kinds: { failed: 5, tried: 6 }, causes: of(4, 1), failures: of(4, 1) },
        { kinds: { failed: 4, tried: 5 }, causes: of(3, 1), failures: of(3, 1) },
        { kinds: { failed: 1, tried: 2 }, causes: of(0, 1), failures: of(0, 1) },
        { kinds: {}, causes: {} },
      ]);
    });

    it('go when they are too old for every rule of the campaign, whatever their kind', async () => {
      const fixture = given();
      const begun = await withRules(fixture);
      const all = factKinds.map((kind): Fact => ({ kind, cause: `${kind} by itself` }));
      const driven = { index: 'driven' } as const;
      await fixture.commit(begun[0], begun[0].stored.upgrade, driven, { facts: all, at });
      const late = at + longest;
      const { store } = fixture;
      const [before] = await store.countFacts('sp4', [late - longest - 1]);
      expect(Object.keys(before?.kinds ?? {})).toEqual(factKinds);
      expect(before?.failures).toEqual({ 'failed by itself': 1 });
      await fixture.commit(begun[1], begun[1].stored.upgrade, driven, {
        facts: [{ kind: 'tried' }],
        at: late,
      });
      expect(await store.countFacts('sp4', [-Infinity])).toEqual([{ kinds: { tried: 1 }, causes: {} }]);
    });

    it('of a driver that has not read the rules are kept only where the campaign has some', async () => {
      const fixture = given();
      const { store } = fixture;
      const brief = { facts: failed('crash'), ifCounted: true, at } as const;
      const driven = { index: 'driven' } as const;
      const [first] = await withRules(fixture);
      await fixture.commit(first, first.stored.upgrade, driven, brief);
      await fixture.admitted('sp5', [{ client: 'pc-5', wave: 0, logonServer: 'LS-1' }]);
      const other = await fixture.begun({ campaign: 'sp5', client: 'pc-5' });
      await fixture.commit(other, other.stored.upgrade, driven, brief);
      expect(await store.countFacts('sp4', [0])).toMatchObject([{ kinds: { failed: 1, tried: 1 } }]);
      expect(await store.countFacts('sp5', [0])).toEqual([{ kinds: {}, causes: {} }]);
    });

    it('stay with their campaign, and go with it', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('sp4', picks(1), runningState());
      await store.admit('sp4', picks(1), at);
      const begun = await fixture.begin({ campaign: 'sp4', client: 'pc-1' });
      if (begun.kind !== 'begun') throw new Error('pc-1 has not begun');
      const settled = { index: 'settled' } as const;
      await fixture.commit(begun, begun.stored.upgrade, settled, { facts: failed('disk'), at });
      expect(await store.countFacts('sp5', [0])).toEqual([{ kinds: {}, causes: {} }]);
      const record = await store.readCampaign('sp4');
      if (record === null) throw new Error('sp4 is not there');
      const removal = { kind: 'delete', by: 'kim', because: 'over', at } as const;
      const audit = { at, campaign: 'sp4', client: null, who: 'kim', from: 'running', to: 'removing' };
      const entry = { ...audit, because: 'over', evidence: null };
      await store.commitCampaign({ ...record.campaign, removal }, record.version, entry);
      expect(await store.removeCampaign('sp4', entry)).toBe(true);
      expect(await store.countFacts('sp4', [0])).toEqual([{ kinds: {}, causes: {} }]);
    });
  });
}
