import { describe, expect, test } from 'vitest';
import { begunInPause, pauseFaults, wasOnItsWay } from '../lab/chaos/verdict/machines.ts';
import type { FleetTruth } from '../lab/fleet/truth.ts';
import type { Entry } from '../lab/operator.ts';

const owner = 'w1';
const pause = { from: 21_000, to: 24_000 };

/** A fleet of one client that took a mark at this moment (real time). */
function fleetWithMark(beganAt: number): FleetTruth {
  const fence = { counter: 1, owner };
  const journal = [{ at: 0, op: 'mark', fence, beganAt, endedAt: beganAt }];
  return { clients: [{ client: 'pc-1', journal }] } as unknown as FleetTruth;
}

const committed = (at: number): ReadonlyMap<string, readonly Entry[]> =>
  new Map([['pc-1', [{ id: `${at}-0`, who: `worker ${owner}`, to: 'marking' } as Entry]]]);

/** A process that was frozen between these two moments. */
const frozen = (from: number, to: number): Parameters<typeof wasOnItsWay>[1] => [
  {
    fills: (since, until, slackMs) => Math.abs(from - since) <= slackMs && Math.abs(to - until) <= slackMs,
  },
];

describe('the chaos verdict on a pause', () => {
  test('finds a command that began in it', () => {
    const [begun] = begunInPause(fleetWithMark(22_000), committed(21_990), [pause]);
    expect(pauseFaults(begun === undefined ? [] : [begun])).toEqual([
      { client: 'pc-1', what: 'mark at 1970-01-01T00:00:22.000Z, in a pause' },
    ]);
  });

  test('finds no command before it, in its first second, or after it', () => {
    for (const at of [19_000, 21_000, 24_000])
      expect(begunInPause(fleetWithMark(at), committed(at - 10), [pause])).toEqual([]);
  });

  test.for([
    ['froze between the commit and the command', 2_000, frozen(2_010, 22_000), true],
    ['did not freeze', 2_000, [], false],
    ['froze after the commit, and woke up long before the command', 2_000, frozen(2_010, 12_000), false],
    ['committed in the pause', 21_900, frozen(2_010, 22_000), false],
    ['never committed', null, frozen(2_010, 22_000), false],
  ] as const)('excuses a command only of a driver that %s', ([, at, processes, isExcused]) => {
    const stories = at === null ? new Map<string, readonly Entry[]>() : committed(at);
    const [begun] = begunInPause(fleetWithMark(22_000), stories, [pause]);
    expect(begun !== undefined && wasOnItsWay(begun, processes)).toBe(isExcused);
  });
});
