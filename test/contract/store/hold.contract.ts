import { describe, expect, it } from 'vitest';
import { recount, recountSlots } from '../../twin/recount.ts';
import {
  at,
  campaignOf,
  driven,
  entry,
  later,
  marking,
  parked,
  pausedState,
  pick,
  picks,
  restarting,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { atHomeTogether, joinFleet, type Given, type StoreFixture } from './store-fixture.ts';

const key = (client: string) => ({ campaign: 'sp4', client });
const because = 'campaign sp4 is held on logon server LS-1';
const start = { step: 'start' } as const;
const namesIn = (found: readonly { readonly client: string }[]): readonly string[] =>
  found.map(({ client }) => client);

async function expectWhole({ store }: StoreFixture): Promise<void> {
  expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
  expect(await store.slotsInUse('sp4')).toEqual(await recountSlots(store, 'sp4'));
}

export function holdContract(given: Given): void {
  describe('a held logon server', () => {
    it('admits none of its clients, and the clients of other logon servers take the slots', async () => {
      const fixture = given();
      const four = picks(4, ['LS-1', 'LS-2']);
      await fixture.campaign('sp4', four, runningState(), { active: 2, perLogonServer: 2 });
      await fixture.hold('sp4', ['LS-1']);
      expect(namesIn((await fixture.store.queued('sp4', 9)).waiting)).toEqual(['pc-2', 'pc-4']);
      const admitted = await fixture.store.admit('sp4', four, at);
      expect(admitted.map((each) => each.key.client)).toEqual(['pc-2', 'pc-4']);
      await expectWhole(fixture);
    });

    it('is held in its campaign only, under its whole name only, and until it is released', async () => {
      const fixture = given();
      const two = [pick('pc-1', 'LS-1'), pick('pc-2', 'LS-10')];
      await fixture.campaign('sp4', two, runningState());
      await fixture.campaign('sp3', [pick('pc-3', 'LS-1')], runningState());
      await fixture.hold('sp4', ['LS-1']);
      expect(namesIn((await fixture.store.queued('sp4', 9)).waiting)).toEqual(['pc-2']);
      expect(namesIn((await fixture.store.queued('sp3', 9)).waiting)).toEqual(['pc-3']);
      await fixture.hold('sp4', ['LS-10', 'LS-1']);
      expect(await fixture.store.queued('sp4', 9)).toEqual({ parked: [], waiting: [] });
      await fixture.hold('sp4', ['LS-10']);
      expect(namesIn((await fixture.store.queued('sp4', 9)).waiting)).toEqual(['pc-1']);
      expect(await fixture.store.admit('sp4', two, at)).toHaveLength(1);
    });

    it('parks what a job brings, refuses each commit that begins something, and gives the slots back', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(4, ['LS-1', 'LS-2']), { active: 4, perLogonServer: 2 });
      const one = await fixture.begun(key('pc-1'));
      const other = await fixture.begun(key('pc-2'));
      await fixture.hold('sp4', ['LS-1']);
      expect(await fixture.commit(one, marking(one.stored.upgrade), driven, start)).toEqual({
        kind: 'held',
        because,
      });
      await fixture.commit(one, one.stored.upgrade, parked);
      expect(await fixture.begin(key('pc-3'))).toEqual({ kind: 'parked', because });
      expect((await fixture.commit(other, marking(other.stored.upgrade), driven, start)).kind).toBe(
        'committed',
      );
      expect((await fixture.begin(key('pc-4'))).kind).toBe('begun');
      expect(await fixture.store.slotsInUse('sp4')).toEqual({ active: 2, perLogonServer: { 'LS-2': 2 } });
      expect((await fixture.store.queued('sp4', 9)).parked).toEqual([]);
      const there = { client: 'pc-3', logonServer: 'LS-1' };
      expect(await fixture.store.admit('sp4', [there], at)).toEqual([]);
      await expectWhole(fixture);
      await fixture.hold('sp4', []);
      expect(namesIn((await fixture.store.queued('sp4', 9)).parked).toSorted()).toEqual(['pc-1', 'pc-3']);
      expect(await fixture.store.admit('sp4', [there], at)).toHaveLength(1);
    });

    it('lets a finishing upgrade go on and begin nothing more, as a pause does', async () => {
      const fixture = given();
      await fixture.admitted('sp4', picks(1));
      const begun = await fixture.begun(key('pc-1'));
      await fixture.commit(begun, restarting(begun.stored.upgrade), restUntil(at, true));
      await fixture.hold('sp4', ['LS-1']);
      const again = await fixture.begun(key('pc-1'));
      expect(await fixture.commit(again, marking(again.stored.upgrade), driven, start)).toEqual({
        kind: 'held',
        because,
      });
      expect((await fixture.commit(again, settled(again.stored.upgrade), settledPlace)).kind).toBe(
        'committed',
      );
      await expectWhole(fixture);
    });

    it('gets no slot passed on save for a finishing upgrade, and the leading round finds no other', async () => {
      const fixture = given();
      const three = [pick('waits'), pick('finishing'), pick('works')];
      await fixture.admitted('sp4', three, { active: 9, perLogonServer: 9 });
      const waits = await fixture.begun(key('waits'));
      const finishing = await fixture.begun(key('finishing'));
      const works = await fixture.begun(key('works'));
      // A pause parks both: nobody passes their slots on.
      await fixture.change('sp4', pausedState, { active: 1, perLogonServer: 1 });
      await fixture.commit(waits, waits.stored.upgrade, parked);
      await fixture.commit(finishing, restarting(finishing.stored.upgrade), parked, { at: at + 1 });
      await fixture.hold('sp4', ['LS-1']);
      await fixture.change('sp4', runningState(), { active: 9, perLogonServer: 9 });
      expect(namesIn((await fixture.store.queued('sp4', 9)).parked)).toEqual(['finishing']);
      const there = ['waits', 'finishing'].map((client) => ({ client, logonServer: 'LS-1' }));
      await fixture.change('sp4', runningState(), { active: 1, perLogonServer: 1 });
      const outcome = await fixture.commit(works, settled(works.stored.upgrade), settledPlace, { at: later });
      expect(outcome).toMatchObject({ kind: 'committed', handed: { key: key('finishing') } });
      await fixture.change('sp4', runningState(), { active: 9, perLogonServer: 9 });
      expect(await fixture.store.admit('sp4', there, later)).toEqual([]);
      await expectWhole(fixture);
    });

    it('passes its slots on to parked clients of other logon servers', async () => {
      const fixture = given();
      await atHomeTogether(fixture.store, picks(3, ['LS-1', 'LS-2']));
      await fixture.admitted('sp4', picks(3, ['LS-1', 'LS-2']), { active: 9, perLogonServer: 9 });
      const [one, two] = [await fixture.begun(key('pc-1')), await fixture.begun(key('pc-2'))];
      await fixture.change('sp4', runningState(), { active: 1, perLogonServer: 9 });
      await fixture.commit(two, two.stored.upgrade, parked);
      await fixture.hold('sp4', ['LS-1']);
      expect(await fixture.begin(key('pc-3'))).toMatchObject({ kind: 'parked' });
      const outcome = await fixture.commit(one, one.stored.upgrade, parked);
      expect(outcome).toMatchObject({ kind: 'committed', handed: { key: key('pc-2') } });
    });

    it('holds a client that was seen there, and no client that was seen elsewhere', async () => {
      const fixture = given();
      const two = picks(2, ['LS-1', 'LS-2']);
      await atHomeTogether(fixture.store, two);
      await fixture.admitted('sp4', two);
      const [one, two_] = [await fixture.begun(key('pc-1')), await fixture.begun(key('pc-2'))];
      await fixture.hold('sp4', ['LS-1']);
      const gone = marking({ ...one.stored.upgrade, logonServer: 'LS-2' });
      const come = marking({ ...two_.stored.upgrade, logonServer: 'LS-1' });
      expect((await fixture.commit(one, gone, driven, start)).kind).toBe('committed');
      expect(await fixture.commit(two_, come, driven, start)).toEqual({ kind: 'held', because });
      await expectWhole(fixture);
    });

    it('and a pause are two things: the campaign is paused until it is resumed, the server held until it is released', async () => {
      const fixture = given();
      await fixture.campaign('sp4', picks(1), runningState());
      await fixture.hold('sp4', ['LS-1']);
      await fixture.change('sp4', pausedState);
      await fixture.hold('sp4', []);
      expect(await fixture.store.admit('sp4', picks(1), at)).toEqual([]);
      await fixture.hold('sp4', ['LS-1']);
      await fixture.change('sp4', runningState());
      expect(await fixture.store.admit('sp4', picks(1), at)).toEqual([]);
      await fixture.hold('sp4', []);
      expect(await fixture.store.admit('sp4', picks(1), at)).toHaveLength(1);
    });

    it('is held from the creation on in a campaign that is put back with its hold', async () => {
      const fixture = given();
      const two = picks(2, ['LS-1', 'LS-2']);
      await joinFleet(fixture.store, two);
      const holds = [{ logonServer: 'LS-1', by: 'anna', because: 'phones', at }];
      const campaign = { ...campaignOf('sp4', runningState()), holds };
      expect((await fixture.store.createCampaign(campaign, two, entry('sp4'), 7)).ok).toBe(true);
      expect(namesIn((await fixture.store.queued('sp4', 9)).waiting)).toEqual(['pc-2']);
      expect(namesIn((await fixture.store.admit('sp4', two, at)).map((each) => each.key))).toEqual(['pc-2']);
    });
  });
}
