import { describe, expect, it } from 'vitest';
import {
  anyShard,
  at,
  deferred,
  later,
  parked,
  pausedState,
  pick,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { atHomeTogether, type Begun, type Given, type StoreFixture } from './store-fixture.ts';
import type { Activation } from '../../../shared/store/types.ts';

const campaign = 'sp4';
const activationOf = (client: string, activation: number, dueAt: number): Activation => ({
  key: { campaign, client },
  shard: anyShard,
  activation,
  queue: 'upgrades',
  dueAt,
});

/**
 * Two logon servers with room for one client each, which is at work, and these clients parked in
 * this order. `names` that begin with `b` are on LS-B.
 */
async function crowded(
  fixture: StoreFixture,
  names: readonly string[],
): Promise<{ readonly a: Begun; readonly b: Begun }> {
  const picks = [...names, 'a-works', 'b-works'].map((name) =>
    pick(name, name.startsWith('b') ? 'LS-B' : 'LS-A'),
  );
  await fixture.admitted(campaign, picks);
  const begun = new Map<string, Begun>();
  for (const { client } of picks) begun.set(client, await fixture.begun({ campaign, client }));
  await fixture.change(campaign, pausedState);
  for (const [order, client] of names.entries()) {
    const each = begun.get(client);
    if (each !== undefined) await fixture.commit(each, each.stored.upgrade, parked, { at: at + order });
  }
  await fixture.change(campaign, runningState(), { active: 2, perLogonServer: 1 });
  const [a, b] = [begun.get('a-works'), begun.get('b-works')];
  if (a === undefined || b === undefined) throw new Error('nobody works');
  return { a, b };
}

const names = (found: readonly { readonly client: string }[]) => found.map(({ client }) => client);

const settle = (fixture: StoreFixture, begun: Begun, settledAt = later) =>
  fixture.commit(begun, settled(begun.stored.upgrade), settledPlace, { at: settledAt });

export function passSlotOnContract(given: Given): void {
  describe('passing a slot on', () => {
    it('gives a freed slot to the upgrade parked longest on the same logon server, due at once', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['b-1', 'a-2', 'a-1']);
      expect(await settle(fixture, a)).toMatchObject({ next: null, handed: activationOf('a-2', 2, later) });
      expect(await fixture.stored({ campaign, client: 'a-2' })).toMatchObject({
        index: 'due',
        dueAt: later,
        activation: 2,
        holdsSlots: true,
      });
      expect(await fixture.store.slotsInUse(campaign)).toEqual({
        active: 2,
        perLogonServer: { 'LS-A': 1, 'LS-B': 1 },
      });
      expect((await fixture.begin({ campaign, client: 'a-2' }, { at: later })).kind).toBe('begun');
    });

    it('orders upgrades parked at the same time by name', async () => {
      const fixture = given();
      await fixture.admitted(campaign, [pick('a-3'), pick('works'), pick('a-2')]);
      const works = await fixture.begun({ campaign, client: 'works' });
      await fixture.change(campaign, pausedState);
      for (const client of ['a-3', 'a-2']) await fixture.begin({ campaign, client });
      await fixture.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(fixture, works)).toMatchObject({ handed: { key: { client: 'a-2' } } });
    });

    it('gives the slot to another logon server with room, when no upgrade is parked on the same one', async () => {
      const fixture = given();
      const { a, b } = await crowded(fixture, ['b-1', 'b-2']);
      expect(await settle(fixture, a)).toMatchObject({ handed: null });
      expect(await settle(fixture, b)).toMatchObject({ handed: activationOf('b-1', 2, later) });
      await fixture.change(campaign, runningState(), { active: 2, perLogonServer: 2 });
      const driver = await fixture.begun({ campaign, client: 'b-1' }, { at: later });
      const rest = await fixture.commit(driver, deferred(driver.stored.upgrade), restUntil(later + 1), {
        at: later,
      });
      expect(rest).toMatchObject({
        next: activationOf('b-1', 3, later + 1),
        handed: activationOf('b-2', 2, later),
      });
    });

    it('gives the slot to the other logon server whose upgrade has been parked longest', async () => {
      const fixture = given();
      const picks = [pick('w', 'LS-A'), pick('c', 'LS-C'), pick('d', 'LS-D'), pick('b', 'LS-B')];
      await atHomeTogether(fixture.store, picks);
      await fixture.admitted(campaign, picks);
      const works = await fixture.begun({ campaign, client: 'w' });
      await fixture.change(campaign, pausedState);
      for (const [order, client] of ['d', 'c', 'b'].entries())
        await fixture.begin({ campaign, client }, { at: at + order });
      await fixture.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(fixture, works)).toMatchObject({ handed: { key: { client: 'd' } } });
    });

    it('leaves the other logon servers to admission, when the campaign had free slots already', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['b-1']);
      await fixture.change(campaign, runningState(), { active: 3, perLogonServer: 2 });
      expect(await settle(fixture, a)).toMatchObject({ handed: null });
      expect(names((await fixture.store.queued(campaign, 9)).parked)).toEqual(['b-1']);
    });

    it('tries eight other logon servers at most', async () => {
      const fixture = given();
      const servers = Array.from({ length: 9 }, (_, n) => `LS-${n}`);
      const holders = servers.map((server, n) => pick(`holds-${n}`, server));
      const waiters = servers.map((server, n) => pick(`waits-${n}`, server));
      const everybody = [...holders, ...waiters, pick('w', 'LS-W')];
      await atHomeTogether(fixture.store, everybody);
      await fixture.admitted(campaign, everybody);
      const works = await fixture.begun({ campaign, client: 'w' });
      const last = await fixture.begun({ campaign, client: 'holds-8' });
      await fixture.change(campaign, pausedState);
      for (const [order, { client }] of waiters.entries())
        await fixture.begin({ campaign, client }, { at: at + order });
      await fixture.commit(last, settled(last.stored.upgrade), settledPlace);
      // Eight are full, and the ninth has room.
      await fixture.change(campaign, runningState(), { active: 9, perLogonServer: 1 });
      expect(await settle(fixture, works)).toMatchObject({ handed: null });
      expect(names((await fixture.store.queued(campaign, 9)).parked)).toEqual(['waits-8']);
    });

    it('passes nothing on while the budget of the campaign is still full', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['a-1']);
      await fixture.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(fixture, a)).toMatchObject({ handed: null });
      expect((await fixture.stored({ campaign, client: 'a-1' })).index).toBe('parked');
    });

    it('passes nothing on while the campaign does not run', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['a-1']);
      await fixture.change(campaign, pausedState);
      expect(await settle(fixture, a)).toMatchObject({ handed: null });
      expect((await fixture.stored({ campaign, client: 'a-1' })).index).toBe('parked');
    });

    it('passes nothing on when the slots are kept', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['a-1']);
      expect(await fixture.commit(a, a.stored.upgrade, restUntil(later, true))).toMatchObject({
        handed: null,
      });
    });

    it('gives the slots back to the only parked upgrade, when it parks itself and the campaign runs again', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, []);
      expect(await fixture.commit(a, a.stored.upgrade, parked)).toMatchObject({
        next: null,
        handed: activationOf('a-works', 2, at),
      });
    });

    it('frees the logon server from which a client has roamed', async () => {
      const fixture = given();
      const { a } = await crowded(fixture, ['b-1', 'a-1']);
      await fixture.change(campaign, runningState(), { active: 2, perLogonServer: 2 });
      const roamed = { ...settled(a.stored.upgrade), logonServer: 'LS-B' };
      expect(await fixture.commit(a, roamed, settledPlace)).toMatchObject({
        handed: { key: { client: 'a-1' } },
      });
    });
  });
}
