import { describe, expect, test } from 'vitest';
import { recount } from '../../twin/recount.ts';
import type { MembersChanged, MemberStep } from '../../../shared/store/member-changes.ts';
import type { WaitingClient } from '../../../shared/store/types.ts';
import { all, at, campaignOf, entry, pick, picks, runningState } from './fixtures.ts';
import { type Given, joinFleet, type StoreFixture } from './store-fixture.ts';

const joins = (to: WaitingClient): MemberStep => ({ from: null, to, because: 'joined' });
const leaves = (from: WaitingClient): MemberStep => ({ from, to: null, because: 'left' });
const moves = (from: WaitingClient, wave: number): MemberStep => ({
  from,
  to: { ...from, wave },
  because: 'moved',
});

/** Campaign `sp4` with two waves: pc-1 and pc-3 in the first one, pc-2 in the second one. */
async function twoWaves(fixture: StoreFixture): Promise<void> {
  const clients = [pick('pc-1', 'LS-1', 0), pick('pc-2', 'LS-2', 1), pick('pc-3', 'LS-3', 0)];
  await joinFleet(fixture.store, [...clients, ...picks(9)]);
  const campaign = { ...campaignOf('sp4', runningState(1)), waveSizes: [2, 1] };
  expect((await fixture.store.createCampaign(campaign, clients, entry('sp4'))).ok).toBe(true);
}

async function change({ store }: StoreFixture, steps: readonly MemberStep[]): Promise<MembersChanged | null> {
  const record = await store.readCampaign('sp4');
  if (record === null) throw new Error('no campaign');
  return store.changeMembers(record.campaign, record.version, entry('sp4', null, 'members'), steps);
}

async function violationsIn({ store }: StoreFixture): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { findings, recounted, cursor: next } = await store.checkInvariants('sp4', cursor, 99, at);
    found.push(...findings, ...recounted);
    cursor = next;
  }
  return found;
}

export function membersContract(given: Given): void {
  describe('changeMembers', () => {
    test('lets clients join, leave and change their wave, with sizes, counters and audit', async () => {
      const fixture = given();
      const { store } = fixture;
      await twoWaves(fixture);
      const changed = await change(fixture, [
        joins(pick('pc-4', 'LS-1', 1)),
        leaves(pick('pc-3', 'LS-3', 0)),
        moves(pick('pc-2', 'LS-2', 1), 0),
      ]);
      expect(changed).toMatchObject({ changed: ['pc-4', 'pc-3', 'pc-2'], passedOver: [] });
      expect(changed?.record.campaign.waveSizes).toEqual([2, 1]);
      expect(changed?.record.campaign).not.toHaveProperty('memberChange');
      expect(await store.readCampaign('sp4')).toEqual(changed?.record);
      const waiting = [...(await all(store.waiting('sp4')))].sort((a, b) => (a.client < b.client ? -1 : 1));
      expect(waiting).toEqual([pick('pc-1', 'LS-1', 0), pick('pc-2', 'LS-2', 0), pick('pc-4', 'LS-1', 1)]);
      expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
      const told = (await store.audit(9, { campaign: 'sp4' })).map(({ client, from, to, because }) => [
        client,
        from,
        to,
        because,
      ]);
      expect(told).toEqual(
        expect.arrayContaining([
          [null, 'here', 'there', 'members'],
          ['pc-4', 'outside', 'waiting', 'joined'],
          ['pc-3', 'waiting', 'outside', 'left'],
          ['pc-2', 'waiting', 'waiting', 'moved'],
        ]),
      );
      expect(await violationsIn(fixture)).toEqual([]);
    });

    test('a client that joins waits behind the others, and one that changes its wave keeps its place', async () => {
      const fixture = given();
      await twoWaves(fixture);
      await change(fixture, [joins(pick('pc-4', 'LS-1', 0)), joins(pick('pc-5', 'LS-2', 0))]);
      await change(fixture, [joins(pick('pc-6', 'LS-1', 0)), moves(pick('pc-2', 'LS-2', 1), 0)]);
      const { waiting } = await fixture.store.queued('sp4', 99);
      expect(waiting.map(({ client }) => client)).toEqual(['pc-1', 'pc-2', 'pc-3', 'pc-4', 'pc-5', 'pc-6']);
      expect(await fixture.store.admit('sp4', waiting, at)).toHaveLength(6);
      expect((await fixture.store.readCampaign('sp4'))?.campaign.waveSizes).toEqual([6, 0]);
    });

    test('passes over who was admitted, waits elsewhere, is known, or is claimed by another campaign', async () => {
      const fixture = given();
      const { store } = fixture;
      await twoWaves(fixture);
      await store.admit('sp4', [pick('pc-1', 'LS-1', 0)], at);
      await fixture.admitted('sp3', [pick('pc-7')]);
      const before = await store.counters('sp4');
      const changed = await change(fixture, [
        leaves(pick('pc-1', 'LS-1', 0)),
        moves(pick('pc-3', 'LS-1', 0), 1),
        joins(pick('pc-2', 'LS-2', 0)),
        joins(pick('pc-7')),
      ]);
      expect(changed).toMatchObject({ changed: [], passedOver: ['pc-1', 'pc-3', 'pc-2', 'pc-7'] });
      expect(changed?.record.campaign.waveSizes).toEqual([2, 1]);
      expect(await store.counters('sp4')).toEqual(before);
      expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    });

    test('does nothing when another change of the campaign came first', async () => {
      const fixture = given();
      await twoWaves(fixture);
      const record = await fixture.store.readCampaign('sp4');
      if (record === null) throw new Error('no campaign');
      await fixture.hold('sp4', ['LS-1']);
      const steps = [joins(pick('pc-4'))];
      const late = await fixture.store.changeMembers(record.campaign, record.version, entry('sp4'), steps);
      expect(late).toBeNull();
      expect(await fixture.store.readWaiting({ campaign: 'sp4', client: 'pc-4' })).toBeNull();
    });

    test('many clients join at once', async () => {
      const fixture = given();
      const { store } = fixture;
      await twoWaves(fixture);
      const many = Array.from({ length: 450 }, (_, n) => pick(`new-${n}`, `LS-${(n % 3) + 1}`, 1));
      await joinFleet(store, many);
      const changed = await change(fixture, many.map(joins));
      expect(changed?.changed).toHaveLength(450);
      expect(changed?.record.campaign.waveSizes).toEqual([2, 451]);
      expect(await store.counters('sp4')).toEqual(await recount(store, 'sp4'));
    });

    test('a start that looked for overlaps before a client joined must look again', async () => {
      const fixture = given();
      const { store } = fixture;
      await twoWaves(fixture);
      await fixture.campaign('sp3', [pick('pc-4')], { status: 'created' });
      const starts = await store.starts();
      const record = await store.readCampaign('sp3');
      await change(fixture, [joins(pick('pc-4'))]);
      const next = campaignOf('sp3', runningState());
      expect(await store.commitCampaign(next, record?.version ?? 0, entry('sp3'), { starts })).toBeNull();
      expect(await store.overlap('sp3', 9)).toEqual([{ client: 'pc-4', campaign: 'sp4' }]);
    });

    test('a change that broke off is ended with the sizes that the counters give', async () => {
      const fixture = given();
      const { store } = fixture;
      await twoWaves(fixture);
      const record = await store.readCampaign('sp4');
      if (record === null) throw new Error('no campaign');
      const memberChange = { id: record.version + 1, clients: 3, at };
      const broken = { ...record.campaign, waveSizes: [7, 7], memberChange };
      await store.commitCampaign(broken, record.version, entry('sp4'));
      expect(await change(fixture, [joins(pick('pc-4'))])).toBeNull();
      const ended = await store.endMemberChange('sp4');
      expect(ended?.campaign).toEqual(record.campaign);
      expect(await store.readCampaign('sp4')).toEqual(ended);
      expect(await store.endMemberChange('sp4')).toBeNull();
    });
  });
}
