import { describe, expect, it } from 'vitest';
import { manifestOf } from '../../../shared/store/release-store.ts';
import { recount, recountSlots } from '../../twin/recount.ts';
import type { Store } from '../../../shared/store/store.ts';
import {
  at,
  clientOf,
  copyOn,
  deferred,
  driven,
  entry,
  gated,
  later,
  marked,
  marking,
  parked,
  pick,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { atHomeTogether, type Given, type StoreFixture } from './store-fixture.ts';

const { release } = gated;
const manifest = manifestOf(gated);
const key = (client: string) => ({ campaign: 'sp4', client });
const waitingIn = async ({ store }: StoreFixture, limit = 9): Promise<readonly string[]> =>
  (await store.queued('sp4', limit)).waiting.map(({ client }) => client);
const parkedIn = async ({ store }: StoreFixture): Promise<readonly string[]> =>
  (await store.queued('sp4', 9)).parked.map(({ client }) => client);

async function expectWhole(store: Store): Promise<void> {
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  expect(await store.slotsInUse('sp4')).toEqual(await recountSlots(store, 'sp4'));
}

/** Four clients on two logon servers; the copy of the first one is verified. */
async function gatedFixture(fixture: StoreFixture): Promise<void> {
  const { store } = fixture;
  await store.stageRelease(gated, null, entry(''));
  await atHomeTogether(store, picks(4, ['LS-1', 'LS-2']));
  await fixture.campaign('sp4', picks(4, ['LS-1', 'LS-2']), runningState());
  expect(await store.writeCopies(release, manifest, [copyOn('LS-1')], [])).toBe(true);
}

/**
 * Where something may begin: copies that are verified, downloads that are free, windows that are
 * open.
 */
export function roomToBeginContract(given: Given): void {
  describe('copies on logon servers', () => {
    it('let clients begin where they are verified; a copy that was never looked at is not', async () => {
      const fixture = given();
      await gatedFixture(fixture);
      expect(await waitingIn(fixture)).toEqual(['pc-1', 'pc-3']);
      const all = picks(4, ['LS-1', 'LS-2']);
      const admitted = await fixture.store.admit('sp4', all, at);
      expect(admitted.map((each) => each.key.client)).toEqual(['pc-1', 'pc-3']);
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-2', 'incomplete')], []);
      expect(await fixture.store.admit('sp4', all, at)).toEqual([]);
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-2')], []);
      expect(await waitingIn(fixture)).toEqual(['pc-2', 'pc-4']);
      expect(await fixture.store.admit('sp4', all, at)).toHaveLength(2);
      await expectWhole(fixture.store);
    });

    it('do not matter to a release that names no copies', async () => {
      const fixture = given();
      const { copies: _none, ...plain } = gated;
      await fixture.store.stageRelease(plain, null, entry(''));
      await fixture.campaign('sp4', picks(2), runningState());
      expect(await fixture.store.writeCopies(release, manifest, [copyOn('LS-1', 'incomplete')], [])).toBe(
        false,
      );
      expect(await waitingIn(fixture)).toEqual(['pc-1', 'pc-2']);
      expect(await fixture.store.readCopies(release)).toEqual([]);
    });

    it('are listed as they were found, until they are forgotten', async () => {
      const { store } = given();
      await store.stageRelease(gated, null, entry(''));
      const found = [copyOn('LS-2', 'unreadable'), copyOn('LS-1')];
      await store.writeCopies(release, manifest, found, []);
      expect(await store.readCopies(release)).toEqual([copyOn('LS-1'), copyOn('LS-2', 'unreadable')]);
      await store.writeCopies(release, manifest, [], ['LS-1']);
      expect(await store.readCopies(release)).toEqual([copyOn('LS-2', 'unreadable')]);
      expect(await store.readCopies('another')).toEqual([]);
    });

    it('are unknown again after other files were staged, and stay known after the same ones were', async () => {
      const fixture = given();
      await gatedFixture(fixture);
      await fixture.store.stageRelease({ ...gated, siteWide: true }, null, entry(''));
      expect(await fixture.store.readCopies(release)).toEqual([copyOn('LS-1')]);
      const changed = { ...gated, files: [{ name: 'appctl32.exe', size: 4, sha256: 'newer' }] };
      await fixture.store.stageRelease(changed, null, entry(''));
      expect(await fixture.store.readCopies(release)).toEqual([]);
      expect(await waitingIn(fixture)).toEqual([]);
      // Results for the files before no longer count.
      expect(await fixture.store.writeCopies(release, manifest, [copyOn('LS-1')], [])).toBe(false);
      expect(await waitingIn(fixture)).toEqual([]);
    });

    it('hold back clients that are due or at work, and not those that are marked already', async () => {
      const fixture = given();
      await gatedFixture(fixture);
      await fixture.store.admit('sp4', [pick('pc-1'), pick('pc-3')], at);
      const one = await fixture.begun(key('pc-1'));
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-1', 'incomplete')], []);
      const because = 'the copy of the release on logon server LS-1 is not verified';
      const start = { step: 'start' } as const;
      expect(await fixture.commit(one, marking(one.stored.upgrade), driven, start)).toEqual({
        kind: 'held',
        because,
      });
      expect(await fixture.begin(key('pc-3'))).toEqual({ kind: 'parked', because });
      expect(await parkedIn(fixture)).toEqual([]);
      // The upgrade gets its slot back: it is finishing, and the other one is not.
      const outcome = await fixture.commit(one, marked(one.stored.upgrade), parked);
      expect(outcome).toMatchObject({ kind: 'committed', handed: { key: key('pc-1') } });
      const again = await fixture.begun(key('pc-1'));
      expect((await fixture.commit(again, marking(again.stored.upgrade), driven, start)).kind).toBe(
        'committed',
      );
      await expectWhole(fixture.store);
    });

    it('get no slot passed on where they are not verified', async () => {
      const fixture = given();
      await gatedFixture(fixture);
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-2')], []);
      await fixture.store.admit('sp4', picks(4, ['LS-1', 'LS-2']), at);
      await fixture.change('sp4', runningState(), { active: 4, perLogonServer: 9 });
      const begun = await fixture.begun(key('pc-1'));
      const other = await fixture.begun(key('pc-2'));
      await fixture.commit(other, other.stored.upgrade, parked);
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-2', 'unreadable')], []);
      const outcome = await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      expect(outcome).toMatchObject({ kind: 'committed', handed: null });
    });
  });

  describe('a client that has roamed', () => {
    it('begins only where its new logon server has room and a copy', async () => {
      const fixture = given();
      await gatedFixture(fixture);
      await fixture.store.admit('sp4', [pick('pc-1')], at);
      const begun = await fixture.begun(key('pc-1'));
      const roamed = { ...begun.stored.upgrade, logonServer: 'LS-2' };
      const start = { step: 'start' } as const;
      expect(await fixture.commit(begun, marking(roamed), driven, start)).toEqual({
        kind: 'held',
        because: 'the copy of the release on logon server LS-2 is not verified',
      });
      await fixture.commit(begun, roamed, parked);
      expect(await parkedIn(fixture)).toEqual([]);
      await fixture.store.writeCopies(release, manifest, [copyOn('LS-2')], []);
      expect((await fixture.store.queued('sp4', 9)).parked).toEqual([
        { client: 'pc-1', logonServer: 'LS-2' },
      ]);
      await expectWhole(fixture.store);
    });

    it('waits while the slots of its new logon server are taken', async () => {
      const fixture = given();
      await atHomeTogether(fixture.store, picks(2, ['LS-1', 'LS-2']));
      await fixture.admitted('sp4', picks(2, ['LS-1', 'LS-2']), { active: 9, perLogonServer: 1 });
      const begun = await fixture.begun(key('pc-1'));
      const roamed = { ...begun.stored.upgrade, logonServer: 'LS-2' };
      const outcome = await fixture.commit(begun, marking(roamed), driven, { step: 'start' });
      expect(outcome).toEqual({ kind: 'held', because: 'the budget of logon server LS-2 is full: 1 active' });
    });
  });

  describe('the downloads of a logon server', () => {
    const three = { active: 9, perLogonServer: 9, maxDownloads: { everywhere: null, at: { 'LS-1': 2 } } };

    it('are taken by clients at work and by marked ones, until the upgrade is proved', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(5), runningState(), three);
      expect(await waitingIn(fixture)).toEqual(['pc-1', 'pc-2']);
      expect(await fixture.store.admit('sp4', picks(5), at)).toHaveLength(2);
      expect(await waitingIn(fixture)).toEqual([]);
      const one = await fixture.begun(key('pc-1'));
      await fixture.commit(one, deferred(marked(one.stored.upgrade)), restUntil(later));
      // The client holds no slot and has not downloaded yet.
      expect(await fixture.store.slotsInUse('sp4')).toMatchObject({ active: 1 });
      expect(await waitingIn(fixture)).toEqual([]);
      expect(await fixture.store.admit('sp4', picks(5), at)).toEqual([]);
      const two = await fixture.begun(key('pc-2'));
      await fixture.commit(two, deferred(two.stored.upgrade), restUntil(later));
      // This client was only looked at.
      expect(await waitingIn(fixture)).toEqual(['pc-3']);
      const again = await fixture.begun(key('pc-1'), { at: later });
      await fixture.commit(again, settled(again.stored.upgrade), settledPlace);
      expect(await waitingIn(fixture)).toEqual(['pc-3', 'pc-4']);
      await expectWhole(fixture.store);
    });

    it('hold back clients that are due, and not those that are marked', async () => {
      const fixture = given();
      const two = picks(2);
      await fixture.admitted('sp4', two, { active: 9, perLogonServer: 9 });
      for (const { client } of two) {
        const begun = await fixture.begun(key(client));
        const { upgrade } = begun.stored;
        await fixture.commit(
          begun,
          deferred(client === 'pc-1' ? marked(upgrade) : upgrade),
          restUntil(later),
        );
      }
      const one = { everywhere: 1, at: {} };
      await fixture.change('sp4', runningState(), { active: 9, perLogonServer: 9, maxDownloads: one });
      expect(await fixture.begin(key('pc-2'), { at: later })).toEqual({
        kind: 'parked',
        because: 'the one download of logon server LS-1 is taken by a client that is marked or worked on',
      });
      expect(await parkedIn(fixture)).toEqual([]);
      expect((await fixture.begin(key('pc-1'), { at: later })).kind).toBe('begun');
    });
  });

  describe('a campaign with a window', () => {
    const inZone = (client: string, zone: string) => ({ ...pick(client), zone });
    const rome = 'Europe/Rome';
    const pune = 'Asia/Kolkata';

    it('keeps the classes of a calendar apart, with all their windows and blackouts', async () => {
      const fixture = given();
      await fixture.store.importFleet(['a', 'b'].map((name) => clientOf(name)));
      const [shop, office] = [`${rome}|1x9:0,2;1`, `${rome}|1x9:;`];
      await fixture.campaign('sp4', [inZone('a', shop), inZone('b', office)], runningState(), {
        active: 9,
        perLogonServer: 2,
      });
      const asked = async (open: string) =>
        (await fixture.store.queued('sp4', 9, (name) => name === open)).waiting.map(({ client }) => client);
      expect([await asked(shop), await asked(office), await asked(rome)]).toEqual([['a'], ['b'], []]);
      expect(await fixture.store.readWaiting({ campaign: 'sp4', client: 'a' })).toEqual(inZone('a', shop));
      const record = await fixture.store.readCampaign('sp4');
      if (record !== null) await fixture.store.shareBudget(record, (name) => name === office);
      expect(await fixture.store.admit('sp4', [pick('a'), pick('b')], at)).toHaveLength(2);
      expect(await fixture.store.counters('sp4')).toEqual(await recount(fixture.store, 'sp4'));
    });

    it('leaves the clients of closed time zones where they wait', async () => {
      const fixture = given();
      await fixture.store.importFleet(['a', 'b', 'c'].map((name) => clientOf(name)));
      const clients = [inZone('a', pune), inZone('b', rome), inZone('c', pune)];
      await fixture.campaign('sp4', clients, runningState(), { active: 9, perLogonServer: 2 });
      const asked = async (...open: readonly string[]) =>
        (await fixture.store.queued('sp4', 9, (zone) => open.includes(zone))).waiting.map(
          ({ client }) => client,
        );
      expect(await asked()).toEqual([]);
      expect(await asked(rome)).toEqual(['b']);
      expect(await asked(pune)).toEqual(['a', 'c']);
      expect((await asked(pune, rome)).length).toBe(2);
      expect(await fixture.store.readWaiting({ campaign: 'sp4', client: 'a' })).toEqual(inZone('a', pune));
      expect(await fixture.store.admit('sp4', [pick('a'), pick('b')], at)).toHaveLength(2);
      expect(await fixture.store.counters('sp4')).toEqual(await recount(fixture.store, 'sp4'));
      const record = await fixture.store.readCampaign('sp4');
      if (record !== null) await fixture.store.shareBudget(record, (zone) => zone === pune);
    });
  });
}
