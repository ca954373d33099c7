import { expect, test } from 'vitest';
import { hookShares } from '../../orchestrator/domain/share-hooks.ts';

test('campaigns that want room for hooks have equal shares, and one that wants none leaves its share', () => {
  const shares = hookShares();
  expect(shares.shareOf('large', 4, 0)).toBe(4);
  shares.noteWanting('small', 0);
  expect([shares.shareOf('large', 4, 1_000), shares.shareOf('small', 4, 1_000)]).toEqual([2, 4]);
  shares.noteWanting('large', 1_000);
  expect(shares.shareOf('small', 4, 1_000)).toBe(2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) shares.noteWanting(name, 1_000);
  expect(shares.shareOf('large', 4, 1_000)).toBe(1);
  expect(shares.shareOf('large', 4, 7_000)).toBe(4);
});
