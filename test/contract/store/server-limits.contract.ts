import { describe, expect, it } from 'vitest';
import type { ServerLimit } from '../../../shared/domain/campaign/server-limits.ts';
import type { Store } from '../../../shared/store/store.ts';
import {
  at,
  deferred,
  entry,
  later,
  parked,
  pausedState,
  pick,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const limitOf = (logonServer: string | null, active: number): ServerLimit => ({
  logonServer,
  active,
  by: 'kim',
  because: 'slow line',
  at,
});

async function limit(store: Store, ...limits: readonly ServerLimit[]): Promise<void> {
  const { version } = await store.readServerLimits();
  expect(await store.commitServerLimits({ version, limits }, entry('', null, 'slow line'))).toBe(true);
}

const named = (prefix: string, count: number, server = 'LS-1') =>
  Array.from({ length: count }, (_, n) => pick(`${prefix}-${n + 1}`, server));

export function serverLimitsContract(given: Given): void {
  describe('limits of logon servers over all campaigns', () => {
    it('there is none at first, and each change is compared and set, with its audit entry', async () => {
      const { store } = given();
      expect(await store.readServerLimits()).toEqual({ version: 0, limits: [] });
      const next = { version: 0, limits: [limitOf('LS-1', 3), limitOf(null, 9)] };
      expect(await store.commitServerLimits(next, entry('', null, 'slow line'))).toBe(true);
      expect(await store.commitServerLimits(next, entry('', null, 'too late'))).toBe(false);
      expect(await store.readServerLimits()).toEqual({ ...next, version: 1 });
      expect((await store.audit(2)).map(({ because }) => because)).toEqual(['slow line']);
    });

    it('counts the slots of all campaigns, also of those that were there before the limit', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.admitted('sp4', named('a', 2));
      await limit(store, limitOf('LS-1', 3));
      await fixture.campaign('sp5', [...named('b', 4), pick('c-1', 'LS-2')], runningState());
      const both = [...named('b', 4), pick('c-1', 'LS-2')];
      expect((await store.admit('sp5', both, at)).map(({ key }) => key.client)).toEqual(['b-1', 'c-1']);
      expect(await store.admit('sp5', named('b', 4), at)).toEqual([]);
      expect(await store.slotsInAll()).toEqual({ 'LS-1': 3, 'LS-2': 1 });
    });

    it('a full logon server holds up no other one, and `queued` says what is left', async () => {
      const fixture = given();
      await fixture.admitted('sp4', named('a', 2));
      await fixture.campaign('sp5', [...named('b', 4), pick('c-1', 'LS-2')], runningState());
      const found = async () => {
        const { waiting, shared } = await fixture.store.queued('sp5', 9);
        return { waiting: waiting.map(({ client }) => client), shared: shared && [...shared] };
      };
      await limit(fixture.store, limitOf('LS-1', 2));
      expect(await found()).toEqual({ waiting: ['c-1'], shared: [] });
      await limit(fixture.store, limitOf('LS-1', 4));
      expect(await found()).toEqual({ waiting: ['b-1', 'c-1', 'b-2'], shared: [['LS-1', 2]] });
      await limit(fixture.store);
      expect((await found()).shared).toBeUndefined();
      expect((await found()).waiting).toHaveLength(5);
    });

    it('a limit for every logon server is that of all without one of their own', async () => {
      const fixture = given();
      const all = [...named('a', 3), ...named('b', 3, 'LS-2')];
      await fixture.campaign('sp4', all, runningState());
      await limit(fixture.store, limitOf(null, 1), limitOf('LS-2', 2));
      await fixture.store.admit('sp4', all, at);
      expect(await fixture.store.slotsInAll()).toEqual({ 'LS-1': 1, 'LS-2': 2 });
    });

    it('a client that comes back without a slot waits for the turn of its campaign', async () => {
      const fixture = given();
      const key = { campaign: 'sp4', client: 'pc-1' };
      await fixture.admitted('sp4', picks(1));
      await limit(fixture.store, limitOf('LS-1', 5));
      const begun = await fixture.begun(key);
      await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
      expect(await fixture.begin(key, { at: later })).toEqual({
        kind: 'parked',
        because: 'campaigns take turns for the 5 slots of logon server LS-1',
      });
      const back = await fixture.store.admit('sp4', [{ client: 'pc-1', logonServer: 'LS-1' }], later);
      expect(back).toHaveLength(1);
      expect((await fixture.begin(key, { at: later })).kind).toBe('begun');
    });

    it('a freed slot is not passed on within its campaign: the next round shares it out', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(2), { active: 9, perLogonServer: 9 });
      await limit(fixture.store, limitOf('LS-1', 1));
      const first = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
      await fixture.change('sp4', pausedState);
      expect((await fixture.begin({ campaign: 'sp4', client: 'pc-2' })).kind).toBe('parked');
      await fixture.change('sp4', runningState());
      const done = await fixture.commit(first, settled(first.stored.upgrade), settledPlace);
      expect(done).toMatchObject({ kind: 'committed', handed: null });
      const { parked: found, shared } = await fixture.store.queued('sp4', 9);
      expect([found.map(({ client }) => client), shared?.get('LS-1')]).toEqual([['pc-2'], 1]);
    });

    it('a client that has roamed begins nothing on a logon server that is full over all campaigns', async () => {
      const fixture = given();
      await fixture.admitted('sp5', named('b', 1));
      await fixture.admitted(
        'sp4',
        [pick('pc-1', 'LS-1')].map((each) => ({ ...each, client: 'a-1' })),
      );
      await limit(fixture.store, limitOf('LS-9', 0 + 1));
      const other = await fixture.begun({ campaign: 'sp5', client: 'b-1' });
      await fixture.commit(other, { ...other.stored.upgrade, logonServer: 'LS-9' }, { index: 'driven' });
      const begun = await fixture.begun({ campaign: 'sp4', client: 'a-1' });
      const roamed = { ...begun.stored.upgrade, logonServer: 'LS-9' };
      const refused = await fixture.commit(begun, roamed, { index: 'driven' }, { step: 'start' });
      expect(refused).toEqual({
        kind: 'held',
        because: 'the one slot of logon server LS-9 over all campaigns is in use',
      });
    });

    it('keeps nothing of a slot that was given back', async () => {
      const fixture = given();
      await limit(fixture.store, limitOf('LS-1', 5));
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
      await fixture.commit(begun, begun.stored.upgrade, parked);
      expect(await fixture.store.slotsInAll()).toEqual({});
    });
  });
}
