import { describe, expect, test } from 'vitest';
import type { Given } from './store-fixture.ts';

/** How far the audit was forwarded: one position for each shard, moved by compare-and-set. */
export function forwardContract(given: Given): void {
  describe('the position of the receiver of the audit', () => {
    const first = { after: '1-0', sending: null };
    const sending = { after: '1-0', sending: '9-2' };

    test('is not there at first, moves from what was read alone, and is kept for each shard', async () => {
      const { store } = given();
      expect(await store.readForwarded(0)).toBeNull();
      expect(await store.commitForwarded(0, first, sending)).toBe(false);
      expect(await store.commitForwarded(0, null, first)).toBe(true);
      expect(await store.commitForwarded(0, null, first)).toBe(false);
      expect(await store.commitForwarded(0, first, sending)).toBe(true);
      expect(await store.readForwarded(0)).toEqual(sending);
      expect(await store.commitForwarded(0, first, sending)).toBe(false);
      expect(await store.commitForwarded(0, sending, { after: '9-2', sending: null })).toBe(true);
      expect(await store.readForwarded(1)).toBeNull();
    });

    test('is not moved by a leader that was replaced', async () => {
      const { store } = given();
      const before = await store.lead('one', 0);
      await store.lead('two', 10_000);
      const fence = before.fence;
      expect(await store.commitForwarded(0, null, first, fence)).toBe(false);
      expect(await store.readForwarded(0)).toBeNull();
    });
  });
}
