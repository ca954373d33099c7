import { describe, expect, test } from 'vitest';
import type { FleetTruth } from '../lab/fleet/truth.ts';
import {
  openRestartFaults,
  restartFaults,
  restartsInAudit,
  restartsOfMachines,
} from '../lab/chaos/verdict/restart-limits.ts';
import type { RawRecord } from '../lab/chaos/walk.ts';
import { begins, entry, whats } from './given-history.ts';

/** The verdict on limits of restarts: a good history has no fault, and each bad one has its own. */

const placesOf = () => [{ name: 'LS-1', most: 1 }];

describe('the verdict on restarts, by the machines', () => {
  const order = (client: string, at: number, upAt?: number) => ({
    client,
    restarts: [{ at, reason: 'mark', ...(upAt === undefined ? {} : { upAt }) }],
    journal: [{ at, op: 'restart', fence: { owner: 'w', counter: 1 }, beganAt: at, endedAt: at }],
  });
  const stories = new Map(
    ['pc-1', 'pc-2'].map((client) => [
      client,
      [begins(1, client), entry(2, { client, version: 2, who: 'worker w', from: 'looking', to: 'ordering' })],
    ]),
  );
  const never = { frozen: [], mayForget: () => false };
  const faults = (excuses: Parameters<typeof restartsOfMachines>[2], ...clients: readonly object[]) =>
    whats(
      restartFaults(restartsOfMachines({ clients } as unknown as FleetTruth, stories, excuses), placesOf),
    );
  const atOnce = [order('pc-1', 3_000, 9_000), order('pc-2', 8_000, 12_000)];

  test('finds two at once where one is allowed, and none one after the other', () => {
    expect(faults(never, order('pc-1', 3_000, 8_000), order('pc-2', 8_000, 12_000))).toEqual([]);
    expect(faults(never, ...atOnce)).toEqual(['2 clients of LS-1 restarted at once, the limit is 1']);
  });

  test('excuses an order that a frozen worker sent late, or whose commit is lost, and no other one', () => {
    expect(faults({ ...never, mayForget: (at) => at === 8_000 }, ...atOnce)).toEqual([]);
    const fills = (from: number, to: number): boolean => from === 2_000 && to === 8_000;
    expect(faults({ ...never, frozen: [{ fills }] }, ...atOnce)).toEqual([]);
    expect(faults({ ...never, frozen: [{ fills: () => false }] }, ...atOnce)).not.toEqual([]);
  });
});

describe('the verdict on restarts, by the audit and the records', () => {
  const story = (client: string, from: number, to: number) =>
    [
      client,
      [
        begins(1, client),
        entry(from, { client, version: 2, to: 'ordering' }),
        entry(from + 1, { client, version: 3, from: 'ordering', to: 'restarting' }),
        entry(to, { client, version: 4, from: 'restarting', to: 'looking' }),
      ],
    ] as const;

  test('finds two at once in the audit', () => {
    const faults = (second: number) =>
      whats(
        restartFaults(restartsInAudit(new Map([story('pc-1', 3, 9), story('pc-2', second, 20)])), placesOf),
      );
    expect(faults(9)).toEqual([]);
    expect(faults(8)).toEqual(['2 clients of LS-1 restarted at once, the limit is 1']);
  });

  test('finds more open restarts in Redis than the limit', () => {
    const open = (client: string, restart: object | null, index = 'due') =>
      ({
        client,
        index,
        upgrade: { memory: { open: { restart } } },
        fields: { g: 'LS-1' },
      }) as unknown as RawRecord;
    expect(openRestartFaults([open('pc-1', {}), open('pc-2', null), open('pc-3', {}, 'settled')], 1)).toEqual(
      [],
    );
    expect(whats(openRestartFaults([open('pc-1', {}), open('pc-2', {})], 1))).toEqual([
      '2 restarts of LS-1 are open, the limit of the campaign is 1',
    ]);
  });
});
