import { describe, expect, test } from 'vitest';
import { ledBy } from '../../../orchestrator/rounds/leader.ts';
import type { DeliveryEntry, StoredNotice } from '../../../shared/store/notice-store.ts';
import { campaignOf, entry, longLease, noLease, pausedState, picks } from './fixtures.ts';
import type { Given } from './store-fixture.ts';

const notice = (id: string, ...to: string[]): StoredNotice => ({ id, text: `{"of":"${id}"}`, to });

const tried = (
  destination: string,
  id: string,
  outcome: DeliveryEntry['outcome'] = 'delivered',
): DeliveryEntry => ({ notice: id, destination, at: 7, outcome, because: outcome });

const untried = { tries: 0, firstAt: 0, dueAt: 0 };

export const noticesContract = (given: Given): void => {
  describe('messages', () => {
    test('are made from the entries about campaigns; those about clients are passed over', async () => {
      const fixture = given();
      const { store } = fixture;
      const before = await store.noticesBegin();
      await fixture.admitted('sp4', picks(3));
      const record = await store.readCampaign('sp4');
      const paused = entry('sp4', null, 'too many failures');
      await store.commitCampaign(campaignOf('sp4', pausedState), record?.version ?? 0, paused);

      const found = await store.campaignEntries(before, 100);
      expect(found.entries.map(({ client }) => client)).not.toContain('pc-0');
      expect(found.entries.at(-1)).toMatchObject({ because: 'too many failures', client: null });
      expect(found).toMatchObject({ isEnd: true, after: await store.noticesBegin() });
      expect(await store.campaignEntries(found.after, 100)).toEqual({
        entries: [],
        after: found.after,
        isEnd: true,
      });
      expect(await store.campaignEntries(before, 1)).toMatchObject({ isEnd: false });
    });

    test('stand in their lines together with what their maker remembers, or not at all', async () => {
      const { store } = given();
      expect(await store.readNoticeMemory()).toEqual({ version: 0, text: '' });
      const two = [notice('m1', 'ops', 'mail'), notice('m2', 'ops'), notice('m3')];
      expect(await store.commitNotices(0, '{"after":"1-0"}', two)).toBe(true);
      expect(await store.commitNotices(0, '{"after":"2-0"}', [notice('m4', 'ops')])).toBe(false);
      expect(await store.readNoticeMemory()).toEqual({ version: 1, text: '{"after":"1-0"}' });
      expect(
        (await store.noticeLines()).toSorted((a, b) => (a.destination < b.destination ? -1 : 1)),
      ).toEqual([
        { destination: 'mail', notice: 'm1', ...untried, waiting: 1 },
        { destination: 'ops', notice: 'm1', ...untried, waiting: 2 },
      ]);
      expect(await store.readNotice('m1')).toEqual(notice('m1', 'ops', 'mail'));
      expect(await store.readNotice('m3')).toEqual(notice('m3'));
      expect(await store.readNotice('m4')).toBeNull();
    });

    test('are made by no leader whose term is over', async () => {
      const { store } = given();
      const old = await store.lead('one', noLease);
      const present = await store.lead('two', longLease);
      expect(await ledBy(store, present.fence).commitNotices(0, '{}', [notice('m1', 'ops')])).toBe(true);
      expect(await ledBy(store, old.fence).commitNotices(1, '{}', [notice('m2', 'ops')])).toBe(false);
      expect(await store.readNotice('m2')).toBeNull();
    });

    test('leave their line in its order, when they are delivered or given up', async () => {
      const { store } = given();
      await store.commitNotices(0, '{}', [notice('m1', 'ops'), notice('m2', 'ops')]);
      expect(await store.endDelivery(tried('ops', 'm2'), null)).toBe(false);
      expect(await store.endDelivery(tried('mail', 'm1'), null)).toBe(false);
      const again = { tries: 1, firstAt: 5, dueAt: 12 };
      expect(await store.endDelivery(tried('ops', 'm1', 'failed'), again)).toBe(true);
      expect(await store.noticeLines()).toEqual([{ destination: 'ops', notice: 'm1', ...again, waiting: 2 }]);
      expect(await store.endDelivery(tried('ops', 'm1', 'gaveUp'), null)).toBe(true);
      expect(await store.noticeLines()).toEqual([
        { destination: 'ops', notice: 'm2', ...untried, waiting: 1 },
      ]);
      expect(await store.endDelivery(tried('ops', 'm2'), null)).toBe(true);
      expect(await store.noticeLines()).toEqual([]);
      expect((await store.deliveries(2)).map(({ outcome }) => outcome)).toEqual(['delivered', 'gaveUp']);
    });

    test('are delivered once more on request, behind those that wait', async () => {
      const { store } = given();
      await store.commitNotices(0, '{}', [notice('m1', 'ops'), notice('m2', 'ops')]);
      await store.endDelivery(tried('ops', 'm1'), null);
      expect(await store.redeliver('m1', ['ops', 'mail'])).toBe(true);
      expect(await store.redeliver('m2', ['ops'])).toBe(true);
      expect(await store.redeliver('unknown', ['ops'])).toBe(false);
      const lines = new Map((await store.noticeLines()).map((line) => [line.destination, line]));
      expect(lines.get('ops')).toMatchObject({ notice: 'm2', waiting: 2 });
      expect(lines.get('mail')).toMatchObject({ notice: 'm1', waiting: 1 });
    });

    test('are kept up to a number, and beyond it while they wait', async () => {
      const { store } = given();
      const many = Array.from({ length: 1_001 }, (_, at) => notice(`m${at}`, ...(at < 2 ? ['ops'] : [])));
      await store.commitNotices(0, '{}', many);
      expect(await store.readNotice('m0')).not.toBeNull();
      await store.endDelivery(tried('ops', 'm0'), null);
      await store.commitNotices(1, '{}', []);
      expect(await store.readNotice('m0')).toBeNull();
      expect(await store.readNotice('m1')).not.toBeNull();
    });

    test('go to no destination that wants no more, until it is enabled again', async () => {
      const { store } = given();
      await store.disableDestination('ops', 'it answers 410');
      expect(await store.disabledDestinations()).toEqual(new Map([['ops', 'it answers 410']]));
      await store.disableDestination('ops', null);
      expect(await store.disabledDestinations()).toEqual(new Map());
    });
  });
};
