import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { pick, runningState, settled, settledPlace } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';

const servers = ['LS-1', 'LS-2', 'LS-3', '__proto__', 'constructor'] as const;
const candidate = fc.constantFrom(...servers);
const queue = fc
  .array(candidate, { maxLength: 60 })
  .map((names) => names.map((logonServer, n) => ({ client: `pc-${n}`, logonServer })));
const budgets = fc.record({ active: fc.nat(20), perLogonServer: fc.nat(6) });
/** More slots may be in use than a budget that was lowered meanwhile. */
const inUse = fc.uniqueArray(fc.tuple(candidate, fc.nat(8)), { selector: ([name]) => name }).map((used) => ({
  active: used.reduce((sum, [, count]) => sum + count, 0),
  perLogonServer: Object.fromEntries(used),
}));

describe('admission', () => {
  test('keeps to every budget and to the order, and leaves no slot empty that a client could take', () => {
    fc.assert(
      fc.property(budgets, inUse, queue, (limits, used, candidates) => {
        const chosen = chooseAdmissions(limits, used, candidates);
        expect(chooseAdmissions(limits, used, candidates)).toEqual(chosen);
        expect(candidates.filter((each) => chosen.includes(each))).toEqual(chosen);
        expect(used.active + chosen.length).toBeLessThanOrEqual(Math.max(limits.active, used.active));
        const there = new Map(Object.entries(used.perLogonServer));
        for (const { logonServer } of chosen) there.set(logonServer, (there.get(logonServer) ?? 0) + 1);
        for (const { logonServer } of chosen)
          expect(there.get(logonServer)).toBeLessThanOrEqual(limits.perLogonServer);
        const isFull = used.active + chosen.length >= limits.active;
        const left = candidates.filter(
          (each) => !chosen.includes(each) && (there.get(each.logonServer) ?? 0) < limits.perLogonServer,
        );
        expect(isFull ? [] : left).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('gives every logon server a first slot before any gets a second one, and serves all in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (sizes, active, perLogonServer) => {
          const limits = { active, perLogonServer };
          const fixture = storeFixture(createMemoryStore(Date.now));
          const picks = sizes.flatMap((size, server) =>
            Array.from({ length: size }, (_, n) => pick(`pc-${server}-${n}`, `LS-${server}`)),
          );
          await fixture.campaign('sp4', picks, runningState(), limits);
          const served: string[] = [];
          for (let round = 0; served.length < picks.length && round <= picks.length; round += 1) {
            const used = await fixture.store.slotsInUse('sp4');
            const { parked, waiting } = await fixture.store.queued('sp4', active - used.active);
            const chosen = chooseAdmissions(limits, used, [...parked, ...waiting]);
            expectTurns(sizes.length, chosen, { picks, served, perLogonServer });
            for (const { key } of await fixture.store.admit('sp4', chosen, round)) {
              served.push((await fixture.stored(key)).upgrade.logonServer);
              const begun = await fixture.begun(key);
              await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
            }
          }
          expect(served).toHaveLength(picks.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('admission in a campaign with a window', () => {
  const zones = ['Europe/Rome', 'Asia/Kolkata', 'America/New_York'] as const;

  test('admits from open time zones only, as many as if there were no others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('LS-1', 'LS-2', 'LS-3'), fc.constantFrom(...zones)), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.subarray([...zones]),
        fc.record({
          active: fc.integer({ min: 1, max: 12 }),
          perLogonServer: fc.integer({ min: 1, max: 6 }),
        }),
        async (places, open, limits) => {
          const fixture = storeFixture(createMemoryStore(Date.now));
          const picks = places.map(([server, zone], n) => ({ ...pick(`pc-${n}`, server), zone }));
          await fixture.campaign('sp4', picks, runningState(), limits);
          const { waiting } = await fixture.store.queued('sp4', limits.active, (zone) =>
            open.some((each) => each === zone),
          );
          const those = picks.filter(({ zone }) => open.includes(zone));
          const alone = chooseAdmissions(limits, { active: 0, perLogonServer: {} }, those);
          const zonesOf = new Map(picks.map(({ client, zone }) => [client, zone]));
          for (const { client } of waiting) expect(open).toContain(zonesOf.get(client));
          expect(waiting).toHaveLength(alone.length);
          expect(await fixture.store.admit('sp4', waiting, 0)).toHaveLength(waiting.length);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** No logon server gets a second slot of a round while one with clients and room has none. */
function expectTurns(
  count: number,
  chosen: readonly Candidate[],
  given: {
    readonly picks: readonly Candidate[];
    readonly served: readonly string[];
    readonly perLogonServer: number;
  },
): void {
  const got = Array.from({ length: count }, (_, server) => of(`LS-${server}`, chosen));
  const hadMore = got.map((slots, server) => {
    const name = `LS-${server}`;
    const left = of(name, given.picks) - given.served.filter((each) => each === name).length;
    return slots < Math.min(left, given.perLogonServer);
  });
  const most = Math.max(...got);
  const hungry = got.filter((slots, server) => hadMore[server] === true && slots === 0 && most > 1);
  expect(hungry).toEqual([]);
}

interface Candidate {
  readonly logonServer: string;
}

const of = (name: string, among: readonly Candidate[]): number =>
  among.filter(({ logonServer }) => logonServer === name).length;
