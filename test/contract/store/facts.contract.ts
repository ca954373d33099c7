import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../shared/domain/outcome/facts.ts';
import { at, picks, runningState } from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const failed = (cause: string): readonly Fact[] => [{ kind: 'failed', cause }, { kind: 'tried' }];

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
      const again = await store.countFacts('sp4', [-Infinity, at, at + 3, at + 5]);
      expect(again).toEqual([
        { kinds: { failed: 5, tried: 6 }, causes: { 'disk | full': 4, 'logon refused': 1 } },
        { kinds: { failed: 4, tried: 5 }, causes: { 'disk | full': 3, 'logon refused': 1 } },
        { kinds: { failed: 1, tried: 2 }, causes: { 'logon refused': 1 } },
        { kinds: {}, causes: {} },
      ]);
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
