import { expect, test } from 'vitest';
import { concerns } from '../../orchestrator/audit/concerning.ts';

const entry = (at: number, campaign: string, client: string | null, to: string) => ({
  at,
  campaign,
  client,
  to,
});
const created = entry(1, 'sp4', null, 'created');
const halt = (at: number) => entry(at, '', null, 'halted');
const chosen = (entries: readonly ReturnType<typeof entry>[], waitingIn: string | null = null) =>
  entries.filter(concerns(entries, waitingIn)).map(({ at }) => at);

test('a client that is deferred is concerned by what people do after its last step', () => {
  const read = [
    created,
    entry(2, 'sp4', 'pc-1', 'looking'),
    entry(3, 'sp4', 'pc-1', 'deferred'),
    entry(4, 'sp4', null, 'paused'),
    halt(5),
    entry(6, 'sp4', null, 'edited'),
  ];
  expect(chosen(read)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a client that has settled is not, nor by a halt between two of its campaigns', () => {
  const read = [
    created,
    halt(2),
    entry(3, 'sp4', 'pc-1', 'settled'),
    entry(4, 'sp4', null, 'paused'),
    halt(5),
    entry(6, 'sp5', null, 'created'),
    halt(7),
    entry(8, 'sp5', 'pc-1', 'looking'),
    halt(9),
    entry(10, 'other', null, 'paused'),
  ];
  expect(chosen(read)).toEqual([1, 2, 3, 6, 7, 8, 9]);
});

test('a client that was opened again is concerned again', () => {
  const read = [
    created,
    entry(2, 'sp4', 'pc-1', 'settled'),
    entry(3, 'sp4', null, 'retried'),
    entry(4, 'sp4', 'pc-1', 'looking'),
    entry(5, 'sp4', null, 'paused'),
  ];
  expect(chosen(read)).toEqual([1, 2, 3, 4, 5]);
});

test('a client that still waits is concerned by its campaign, and by halts since then', () => {
  const read = [halt(0), created, halt(2), entry(3, 'other', null, 'paused')];
  expect(chosen(read, 'sp4')).toEqual([1, 2]);
  expect(chosen(read)).toEqual([]);
});
