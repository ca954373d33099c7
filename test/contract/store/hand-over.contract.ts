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
} from './words.ts';
import { atHomeTogether, type Begun, type Given, type World } from './world.ts';
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
 * One client at work on each of two logon servers with room for one each, and these clients parked
 * in this order. `names` that begin with `b` are on LS-B.
 */
async function crowded(
  world: World,
  names: readonly string[],
): Promise<{ readonly a: Begun; readonly b: Begun }> {
  const picks = [...names, 'a-works', 'b-works'].map((name) =>
    pick(name, name.startsWith('b') ? 'LS-B' : 'LS-A'),
  );
  await world.admitted(campaign, picks);
  const begun = new Map<string, Begun>();
  for (const { client } of picks) begun.set(client, await world.begun({ campaign, client }));
  await world.change(campaign, pausedState);
  for (const [order, client] of names.entries()) {
    const each = begun.get(client);
    if (each !== undefined) await world.commit(each, each.stored.upgrade, parked, { at: at + order });
  }
  await world.change(campaign, runningState(), { active: 2, perLogonServer: 1 });
  const [a, b] = [begun.get('a-works'), begun.get('b-works')];
  if (a === undefined || b === undefined) throw new Error('nobody works');
  return { a, b };
}

const names = (found: readonly { readonly client: string }[]) => found.map(({ client }) => client);

const settle = (world: World, begun: Begun, settledAt = later) =>
  world.commit(begun, settled(begun.stored.upgrade), settledPlace, { at: settledAt });

export function handOverContract(given: Given): void {
  describe('hand-over', () => {
    it('gives a freed slot to the parked client that waits longest on the same logon server, due at once', async () => {
      const world = given();
      const { a } = await crowded(world, ['b-1', 'a-2', 'a-1']);
      expect(await settle(world, a)).toMatchObject({ next: null, handed: activationOf('a-2', 2, later) });
      expect(await world.stored({ campaign, client: 'a-2' })).toMatchObject({
        index: 'due',
        dueAt: later,
        activation: 2,
        holdsSlots: true,
      });
      expect(await world.store.slotsInUse(campaign)).toEqual({
        active: 2,
        perLogonServer: { 'LS-A': 1, 'LS-B': 1 },
      });
      expect((await world.begin({ campaign, client: 'a-2' }, { at: later })).kind).toBe('begun');
    });

    it('breaks a tie by name', async () => {
      const world = given();
      await world.admitted(campaign, [pick('a-3'), pick('works'), pick('a-2')]);
      const works = await world.begun({ campaign, client: 'works' });
      await world.change(campaign, pausedState);
      for (const client of ['a-3', 'a-2']) await world.begin({ campaign, client });
      await world.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(world, works)).toMatchObject({ handed: { key: { client: 'a-2' } } });
    });

    it('gives it to another logon server that has room, when nobody is parked on the same one', async () => {
      const world = given();
      const { a, b } = await crowded(world, ['b-1', 'b-2']);
      expect(await settle(world, a)).toMatchObject({ handed: null });
      expect(await settle(world, b)).toMatchObject({ handed: activationOf('b-1', 2, later) });
      await world.change(campaign, runningState(), { active: 2, perLogonServer: 2 });
      const driver = await world.begun({ campaign, client: 'b-1' }, { at: later });
      const rest = await world.commit(driver, deferred(driver.stored.upgrade), restUntil(later + 1), {
        at: later,
      });
      expect(rest).toMatchObject({
        next: activationOf('b-1', 3, later + 1),
        handed: activationOf('b-2', 2, later),
      });
    });

    it('gives it to the other logon server whose parked client waits longest', async () => {
      const world = given();
      const picks = [pick('w', 'LS-A'), pick('c', 'LS-C'), pick('d', 'LS-D'), pick('b', 'LS-B')];
      await atHomeTogether(world.store, picks);
      await world.admitted(campaign, picks);
      const works = await world.begun({ campaign, client: 'w' });
      await world.change(campaign, pausedState);
      for (const [order, client] of ['d', 'c', 'b'].entries())
        await world.begin({ campaign, client }, { at: at + order });
      await world.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(world, works)).toMatchObject({ handed: { key: { client: 'd' } } });
    });

    it('leaves the other logon servers to admission, when the campaign had free slots before', async () => {
      const world = given();
      const { a } = await crowded(world, ['b-1']);
      await world.change(campaign, runningState(), { active: 3, perLogonServer: 2 });
      expect(await settle(world, a)).toMatchObject({ handed: null });
      expect(names((await world.store.queued(campaign, 9)).parked)).toEqual(['b-1']);
    });

    it('asks eight other logon servers at most', async () => {
      const world = given();
      const servers = Array.from({ length: 9 }, (_, n) => `LS-${n}`);
      const holders = servers.map((server, n) => pick(`holds-${n}`, server));
      const waiters = servers.map((server, n) => pick(`waits-${n}`, server));
      const everybody = [...holders, ...waiters, pick('w', 'LS-W')];
      await atHomeTogether(world.store, everybody);
      await world.admitted(campaign, everybody);
      const works = await world.begun({ campaign, client: 'w' });
      const last = await world.begun({ campaign, client: 'holds-8' });
      await world.change(campaign, pausedState);
      for (const [order, { client }] of waiters.entries())
        await world.begin({ campaign, client }, { at: at + order });
      await world.commit(last, settled(last.stored.upgrade), settledPlace);
      // Eight are full, and the ninth has room.
      await world.change(campaign, runningState(), { active: 9, perLogonServer: 1 });
      expect(await settle(world, works)).toMatchObject({ handed: null });
      expect(names((await world.store.queued(campaign, 9)).parked)).toEqual(['waits-8']);
    });

    it('gives nothing while the budget of the campaign is still full', async () => {
      const world = given();
      const { a } = await crowded(world, ['a-1']);
      await world.change(campaign, runningState(), { active: 1, perLogonServer: 1 });
      expect(await settle(world, a)).toMatchObject({ handed: null });
      expect((await world.stored({ campaign, client: 'a-1' })).index).toBe('parked');
    });

    it('gives nothing while the campaign does not run', async () => {
      const world = given();
      const { a } = await crowded(world, ['a-1']);
      await world.change(campaign, pausedState);
      expect(await settle(world, a)).toMatchObject({ handed: null });
      expect((await world.stored({ campaign, client: 'a-1' })).index).toBe('parked');
    });

    it('gives nothing when the slots are kept', async () => {
      const world = given();
      const { a } = await crowded(world, ['a-1']);
      expect(await world.commit(a, a.stored.upgrade, restUntil(later, true))).toMatchObject({ handed: null });
    });

    it('gives the slots back to the one that parks itself, when it is the only one and the campaign runs again', async () => {
      const world = given();
      const { a } = await crowded(world, []);
      expect(await world.commit(a, a.stored.upgrade, parked)).toMatchObject({
        next: null,
        handed: activationOf('a-works', 2, at),
      });
    });

    it('frees the logon server from which a client has roamed', async () => {
      const world = given();
      const { a } = await crowded(world, ['b-1', 'a-1']);
      await world.change(campaign, runningState(), { active: 2, perLogonServer: 2 });
      const roamed = { ...settled(a.stored.upgrade), logonServer: 'LS-B' };
      expect(await world.commit(a, roamed, settledPlace)).toMatchObject({
        handed: { key: { client: 'a-1' } },
      });
    });
  });
}
