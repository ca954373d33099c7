import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type RestartLimits,
  restartPlaces,
  restartRules,
  restartTerms,
} from '../../../shared/domain/rules/restart-limits.ts';
import type { PendingRestart } from '../../../shared/domain/upgrade/memory.ts';
import { type Upgrade, withMemory } from '../../../shared/domain/upgrade/state.ts';
import type { Commit, CommitOutcome } from '../../../shared/store/upgrade-store.ts';
import {
  at,
  driven,
  later,
  marked,
  pausedState,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import type { Begun, Given, StoreFixture } from './store-fixture.ts';

const servers = ['LS-1', 'LS-2', 'LS-3'];

/** Clients with a driver each, in several shards where there are. */
async function drivers(fixture: StoreFixture, count: number, on = servers): Promise<readonly Begun[]> {
  await fixture.admitted('sp4', picks(count, on));
  return Promise.all(picks(count, on).map(({ client }) => fixture.begun({ campaign: 'sp4', client })));
}

const order: PendingRestart = {
  cause: 'mark',
  orderedAt: at,
  bootBefore: 'boot-1',
  deadline: later,
  taken: null,
};
const ordering = (upgrade: Upgrade): Upgrade => ({
  ...withMemory(marked(upgrade), { open: { restart: order } }),
  state: { phase: 'ordering', cause: 'mark' },
});
const waiting = (upgrade: Upgrade): Upgrade => ({
  ...marked(upgrade),
  state: { phase: 'deferred', class: 'restarts', until: later, because: 'waits', blockers: [] },
});

interface Asked {
  readonly limits: RestartLimits;
  readonly labels?: readonly string[];
  readonly edition?: number;
}

const use = (begun: Begun, needs: 'slot' | 'turn', { limits, labels = [], edition = 0 }: Asked) => {
  const rules = restartRules(edition, limits, labels);
  const places = restartPlaces(rules, begun.stored.upgrade.logonServer);
  return { restart: { needs, terms: rules.terms, places } as const };
};

const order1 = (fixture: StoreFixture, begun: Begun, asked: Asked, more: Partial<Commit> = {}) =>
  fixture.commit(begun, ordering(begun.stored.upgrade), driven, {
    step: 'start',
    ...use(begun, 'slot', asked),
    ...more,
  });

const wait = (fixture: StoreFixture, begun: Begun, asked: Asked) =>
  fixture.commit(begun, waiting(begun.stored.upgrade), restUntil(later), use(begun, 'turn', asked));

/** The upgrade settles: its driver has ordered its restart in the version before. */
const end = (fixture: StoreFixture, begun: Begun, version = begun.stored.version + 1) =>
  fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, {
    version,
    restart: { needs: 'none' },
    counters: {},
  });

const wokenBy = (outcome: CommitOutcome): readonly string[] =>
  'woken' in outcome ? (outcome.woken ?? []).map(({ key }) => key.client) : [];

const holders = async ({ store }: StoreFixture): Promise<readonly string[]> =>
  (await store.restarts('sp4'))
    .filter(({ holds }) => holds)
    .map(({ client }) => client)
    .sort();
const line = async ({ store }: StoreFixture): Promise<readonly string[]> =>
  (await store.restarts('sp4')).filter(({ holds }) => !holds).map(({ client }) => client);

const perServer = (most: number): Asked => ({ limits: { perLogonServer: most } });

export function restartsContract(given: Given): void {
  describe('slots of restarts', () => {
    it('are taken by no more clients of a logon server than the limit, at the same time', async () => {
      const fixture = given();
      const begun = await drivers(fixture, 9);
      const outcomes = await Promise.all(begun.map((each) => order1(fixture, each, perServer(2))));
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(6);
      const refused = outcomes.findIndex(({ kind }) => kind === 'held');
      const server = servers[refused % 3] ?? '';
      expect(outcomes[refused]).toEqual({
        kind: 'held',
        because: `at most 2 clients of logon server ${server} restart at the same time`,
        full: { says: `logon server ${server}`, most: 2 },
      });
      expect(await holders(fixture)).toHaveLength(6);
    });

    it('are counted by the values of a label, over all logon servers; no value is one of them', async () => {
      const fixture = given();
      const [a, b, c, d, e] = (await drivers(fixture, 5)) as [Begun, Begun, Begun, Begun, Begun];
      const site = (...labels: string[]): Asked => ({ limits: { perLabel: { site: 1 } }, labels });
      expect((await order1(fixture, a, site('site=PUN', 'office'))).kind).toBe('committed');
      expect((await order1(fixture, b, site('site=HYD'))).kind).toBe('committed');
      expect(await order1(fixture, c, site('Site=pun'))).toMatchObject({
        because: 'at most 1 client of site=pun restarts at the same time',
      });
      expect((await order1(fixture, d, site('office'))).kind).toBe('committed');
      expect(await order1(fixture, e, site())).toMatchObject({
        because: 'at most 1 client of those with no value of label site restarts at the same time',
      });
    });

    it('go to the client that has waited longest, which becomes due at once', async () => {
      const fixture = given();
      const [a, b, c, d] = (await drivers(fixture, 4, ['LS-1'])) as [Begun, Begun, Begun, Begun];
      await order1(fixture, a, perServer(1));
      expect(await wait(fixture, c, perServer(1))).toMatchObject({ kind: 'committed' });
      await wait(fixture, b, perServer(1));
      expect(await line(fixture)).toEqual(['pc-3', 'pc-2']);
      const before = await fixture.stored(c.stored.key);
      const outcome = await end(fixture, a);
      const woken = outcome.kind === 'committed' ? outcome.woken : [];
      expect(woken).toMatchObject([{ key: c.stored.key, activation: before.activation + 1, dueAt: at }]);
      expect(await fixture.stored(c.stored.key)).toMatchObject({ index: 'due', dueAt: at });
      expect(await holders(fixture)).toEqual(['pc-3']);
      // A newcomer finds no slot, and the woken client keeps its own.
      expect((await order1(fixture, d, perServer(1))).kind).toBe('held');
      const again = await fixture.begun(c.stored.key);
      expect((await order1(fixture, again, perServer(1))).kind).toBe('committed');
      expect(wokenBy(await end(fixture, again))).toEqual(['pc-2']);
    });

    it('are given to a client that comes into the line when a slot is free already', async () => {
      const fixture = given();
      const [a, b] = (await drivers(fixture, 2, ['LS-1'])) as [Begun, Begun];
      await order1(fixture, a, perServer(1));
      expect((await order1(fixture, b, perServer(1))).kind).toBe('held');
      await end(fixture, a);
      expect(wokenBy(await wait(fixture, b, perServer(1)))).toEqual(['pc-2']);
      expect(await fixture.stored(b.stored.key)).toMatchObject({ index: 'due', dueAt: at });
    });

    it('are kept free in each place for the client that has waited longest', async () => {
      const fixture = given();
      const clients = await drivers(fixture, 4, ['LS-1', 'LS-2']);
      const [a, b, c, d] = clients as [Begun, Begun, Begun, Begun];
      const asked = (site: string): Asked => ({
        limits: { perLogonServer: 1, perLabel: { site: 1 } },
        labels: [`site=${site}`],
      });
      // pc-1 is on LS-1 and pc-2 on LS-2; pc-3 wants LS-1 and the site of pc-2.
      await order1(fixture, a, asked('ROM'));
      await order1(fixture, b, asked('PUN'));
      await wait(fixture, c, asked('PUN'));
      expect(wokenBy(await end(fixture, a))).toEqual([]);
      const outcome = await order1(fixture, d, asked('HYD'));
      expect(outcome.kind).toBe('held');
      expect(wokenBy(await end(fixture, b))).toEqual(['pc-3']);
    });

    it('come back from a client that rests, settles or is given up, and never from a later driver', async () => {
      const fixture = given();
      const [a, b] = (await drivers(fixture, 2, ['LS-1'])) as [Begun, Begun];
      await order1(fixture, a, perServer(1));
      const old: Begun = { ...a, fence: { ...a.fence, counter: a.fence.counter - 1 } };
      expect((await end(fixture, old)).kind).toBe('stale');
      expect(await holders(fixture)).toEqual(['pc-1']);
      const rests = restUntil(later);
      const { version } = await fixture.stored(a.stored.key);
      const rest = { version, restart: { needs: 'none' }, counters: {} } as const;
      await fixture.commit(a, { ...waiting(a.stored.upgrade) }, rests, rest);
      expect(await holders(fixture)).toEqual([]);
      expect((await order1(fixture, b, perServer(1))).kind).toBe('committed');
    });

    it('are given to nobody while the campaign is paused, or the logon server held', async () => {
      const fixture = given();
      const [a, b, c] = (await drivers(fixture, 3, ['LS-1', 'LS-2', 'LS-1'])) as [Begun, Begun, Begun];
      const asked: Asked = { limits: { perLabel: { site: 1 } }, labels: ['site=PUN'] };
      const terms = restartTerms(0, asked.limits);
      const serve = async () =>
        (await fixture.store.serveRestarts('sp4', terms, at)).map(({ key }) => key.client);
      await order1(fixture, a, asked);
      await wait(fixture, b, asked);
      await wait(fixture, c, asked);
      await fixture.change('sp4', pausedState);
      expect(wokenBy(await end(fixture, a))).toEqual([]);
      expect(await serve()).toEqual([]);
      await fixture.change('sp4', runningState());
      await fixture.hold('sp4', ['LS-2']);
      expect(await serve()).toEqual(['pc-3']);
      expect(await line(fixture)).toEqual(['pc-2']);
    });

    it('are taken back from a client that has not come for its slot when its logon server is held', async () => {
      const fixture = given();
      const [a, b, c] = (await drivers(fixture, 3, ['LS-1', 'LS-2', 'LS-1'])) as [Begun, Begun, Begun];
      const asked: Asked = { limits: { perLabel: { site: 1 } }, labels: ['site=PUN'] };
      const serve = async () =>
        (await fixture.store.serveRestarts('sp4', restartTerms(0, asked.limits), at)).map(
          ({ key }) => key.client,
        );
      await order1(fixture, a, asked);
      await wait(fixture, b, asked);
      await wait(fixture, c, asked);
      expect(wokenBy(await end(fixture, a))).toEqual(['pc-2']);
      await fixture.hold('sp4', ['LS-2']);
      expect(await serve()).toEqual(['pc-3']);
      expect(await line(fixture)).toEqual(['pc-2']);
      // A client that restarts keeps its slot under a hold.
      const again = await fixture.begun(c.stored.key);
      await order1(fixture, again, asked);
      await fixture.hold('sp4', ['LS-1']);
      expect(await serve()).toEqual([]);
      expect([await holders(fixture), await line(fixture)]).toEqual([['pc-3'], ['pc-2']]);
      // Its job has been there since it was woken first.
      expect(wokenBy(await end(fixture, again))).toEqual([]);
      expect(await holders(fixture)).toEqual(['pc-2']);
    });

    it('follow the limits of the newest edition; a lower one takes nothing away', async () => {
      const fixture = given();
      const begun = await drivers(fixture, 5, ['LS-1']);
      const [a, b, c, d, e] = begun as [Begun, Begun, Begun, Begun, Begun];
      await order1(fixture, a, perServer(1));
      await wait(fixture, b, perServer(1));
      await wait(fixture, c, perServer(1));
      await wait(fixture, d, perServer(1));
      const serve = async (edition: number, limits?: RestartLimits) =>
        (await fixture.store.serveRestarts('sp4', restartTerms(edition, limits), at)).map(
          ({ key }) => key.client,
        );
      expect(await serve(1, { perLogonServer: 2 })).toEqual(['pc-2']);
      expect(await serve(2, { perLogonServer: 1 })).toEqual([]);
      expect(await holders(fixture)).toEqual(['pc-1', 'pc-2']);
      // A driver of an earlier edition goes by the newest limits.
      expect((await order1(fixture, e, perServer(99))).kind).toBe('held');
      expect(await serve(3)).toEqual(['pc-3', 'pc-4']);
    });

    it('go with a removed upgrade, and an idle one', async () => {
      const fixture = given();
      const [a, b] = (await drivers(fixture, 2, ['LS-1'])) as [Begun, Begun];
      await order1(fixture, a, perServer(1));
      await wait(fixture, b, perServer(1));
      const { version, upgrade } = await fixture.stored(b.stored.key);
      const audit = {
        at,
        campaign: 'sp4',
        client: 'pc-2',
        who: 'anna',
        from: 'deferred',
        to: 'settled',
        because: 'skip',
        evidence: null,
      };
      const idle = {
        key: b.stored.key,
        version,
        upgrade: settled(upgrade),
        place: 'settled',
        counters: {},
        audit,
        at,
      } as const;
      await fixture.store.commitIdle({ ...idle, restart: { needs: 'none' } });
      expect(await line(fixture)).toEqual([]);
      expect(wokenBy(await end(fixture, a))).toEqual([]);
    });

    it('are never more than the limits, and every client gets one, in any order', async () => {
      const fixture = given();
      const begun = await drivers(fixture, 14);
      const seeds = fc.sample(fc.nat(1_000), { numRuns: 200, seed: 16 });
      const limits = { perLogonServer: 2, perLabel: { site: 2 } };
      const asked = (client: string): Asked => ({ limits, labels: [`site=${Number(client.slice(3)) % 4}`] });
      const todo = new Map(begun.map((each) => [each.stored.key.client, each]));
      const restarting = new Map<string, Begun>();
      const isRight = async (): Promise<void> => {
        const used = new Map<string, number>();
        for (const { holds, places } of await fixture.store.restarts('sp4'))
          if (holds) for (const { name } of places) used.set(name, (used.get(name) ?? 0) + 1);
        expect([...used.values()].every((count) => count <= 2)).toBe(true);
      };
      const rest = new Map<string, Begun>();
      const resume = async (woken: readonly string[]): Promise<void> => {
        for (const client of woken) {
          const each = rest.get(client);
          if (each !== undefined) todo.set(client, await fixture.begun(each.stored.key));
          rest.delete(client);
        }
      };
      for (const seed of seeds) {
        const pool = [...todo, ...restarting];
        const [client, each] = pool[seed % Math.max(1, pool.length)] ?? [];
        if (client === undefined || each === undefined) break;
        if (restarting.delete(client)) {
          await resume(wokenBy(await end(fixture, each)));
        } else {
          todo.delete(client);
          const outcome = await order1(fixture, each, asked(client));
          if (outcome.kind === 'committed') restarting.set(client, each);
          else {
            rest.set(client, each);
            await resume(wokenBy(await wait(fixture, each, asked(client))));
          }
        }
        await isRight();
      }
      expect([...todo.keys(), ...restarting.keys(), ...rest.keys()]).toEqual([]);
      expect(await fixture.store.restarts('sp4')).toEqual([]);
    });
  });
}
