import { describe, expect, it } from 'vitest';
import { recount } from '../../twin/recount.ts';
import {
  all,
  at,
  campaignOf,
  clientOf,
  entry,
  pausedState,
  pick,
  picks,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given, joinFleet } from './store-fixture.ts';
import { editionHead } from '../../../shared/domain/campaign/edition.ts';
import type { CampaignState } from '../../../shared/domain/campaign/campaign.ts';

export function campaignsContract(given: Given): void {
  describe('a campaign', () => {
    it('is created at version 1 with its waiting clients, their counters and an audit entry', async () => {
      const { store } = given();
      const campaign = campaignOf('sp4', { status: 'created' });
      const clients = [pick('pc-1'), pick('pc-2', 'LS-2'), pick('pc-3', 'LS-2', 1)];
      await joinFleet(store, clients);
      expect(await store.createCampaign(campaign, clients, entry('sp4'))).toEqual({
        ok: true,
        value: { version: 1, campaign },
      });
      expect(await store.readCampaign('sp4')).toEqual({ version: 1, campaign });
      expect(await store.counters('sp4')).toEqual({
        'state|0|LS-1|waiting': 1,
        'state|0|LS-2|waiting': 1,
        'state|1|LS-2|waiting': 1,
      });
      expect(await recount(store, 'sp4')).toEqual(await store.counters('sp4'));
      expect(await all(store.waiting('sp4'))).toEqual(expect.arrayContaining(clients));
      expect(await store.readWaiting({ campaign: 'sp4', client: 'pc-3' })).toEqual(clients[2]);
      expect(await store.readUpgrade({ campaign: 'sp4', client: 'pc-3' })).toBeNull();
      expect(await store.claimOf('pc-3')).toBeNull();
      expect(await store.audit(10)).toEqual([entry('sp4')]);
    });

    it('keeps its editions beside it, each with the change that made it', async () => {
      const { store } = given();
      const edition = (number: number) => ({
        edition: number,
        at: at + number,
        by: 'anna',
        because: 'smaller',
        changes: [`change ${number}`],
        file: 'c.yaml',
        text: `# file ${number}`,
      });
      const campaign = campaignOf('sp4', { status: 'created' });
      await store.createCampaign(campaign, [], entry('sp4'), 1, undefined, [edition(0)]);
      const second = { ...campaign, edition: 1 };
      await store.commitCampaign(second, 1, entry('sp4'), { edition: edition(1) });
      const late = await store.commitCampaign(second, 1, entry('sp4'), { edition: edition(9) });
      const third = { ...campaign, edition: 2 };
      await store.changeMembers(third, 2, entry('sp4'), [], { edition: edition(2) });
      expect(late).toBeNull();
      expect(await store.editions('sp4')).toEqual([edition(0), edition(1), edition(2)]);
      expect(await store.editions('other')).toEqual([]);
      const heads = [0, 1, 2].map((number) => editionHead(edition(number)));
      expect(await store.editionHeads('sp4')).toEqual(heads);
      expect(await store.editionHeads('sp4', 2)).toEqual([heads[2]]);
      expect(await store.editionHeads('sp4', 3)).toEqual([]);
    });

    it('is refused when the name is taken, and leaves the first as it was', async () => {
      const { store } = given();
      await given().campaign('sp4', picks(2), { status: 'created' });
      const again = await store.createCampaign(campaignOf('sp4', runningState()), picks(5), entry('sp4'));
      expect(again).toEqual({
        ok: false,
        error: {
          code: 'campaign.taken',
          message: 'a campaign named sp4 exists already; choose another name, or delete or archive that one',
        },
      });
      expect((await store.readCampaign('sp4'))?.campaign.state.status).toBe('created');
      expect(await all(store.waiting('sp4'))).toHaveLength(2);
    });

    it('is created once by two calls at the same time', async () => {
      const { store } = given();
      await joinFleet(store, picks(3));
      const create = () =>
        store.createCampaign(campaignOf('sp4', { status: 'created' }), picks(3), entry('sp4'));
      const outcomes = await Promise.all([create(), create()]);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await store.counters('sp4')).toEqual({ 'state|0|LS-1|waiting': 3 });
    });

    it('may have no clients', async () => {
      await given().campaign('sp4', [], { status: 'created' });
      expect(await given().store.counters('sp4')).toEqual({});
      expect(await all(given().store.waiting('sp4'))).toEqual([]);
    });

    it('that was never created does not exist', async () => {
      const { store } = given();
      expect(await store.readCampaign('sp4')).toBeNull();
      expect(await store.counters('sp4')).toEqual({});
      expect(await store.queued('sp4', 5)).toEqual({ parked: [], waiting: [] });
      expect(await store.slotsInUse('sp4')).toEqual({ active: 0, perLogonServer: {} });
      expect(await store.overlap('sp4', 5)).toEqual([]);
      expect(await store.commitCampaign(campaignOf('sp4', pausedState), 1, entry('sp4'))).toBeNull();
    });

    it('is listed with the others by time of creation', async () => {
      const { store } = given();
      for (const [name, createdAt] of [
        ['b', 2],
        ['a', 3],
        ['c', 1],
      ] as const) {
        await store.createCampaign(
          { ...campaignOf(name, { status: 'created' }), createdAt },
          [],
          entry(name),
        );
      }
      expect((await store.campaigns()).map(({ campaign }) => campaign.definition.campaign)).toEqual([
        'c',
        'b',
        'a',
      ]);
    });

    it('are found by status', async () => {
      const fixture = given();
      await fixture.campaign('created', [], { status: 'created' });
      await fixture.campaign('paused', [], pausedState);
      await fixture.campaign('running', [], runningState());
      const found = async (...statuses: readonly CampaignState['status'][]): Promise<readonly string[]> =>
        (await fixture.store.campaigns(statuses)).map(({ campaign }) => campaign.definition.campaign);
      expect(await found('running')).toEqual(['running']);
      expect(await found('paused', 'created')).toEqual(['created', 'paused']);
      expect(await found('ended')).toEqual([]);
      await fixture.change('running', pausedState);
      expect(await found('running')).toEqual([]);
    });

    it('is changed by a call with its version; a slower call gets null and changes nothing', async () => {
      const { store } = given();
      await given().campaign('sp4', picks(1), { status: 'created' });
      const run = campaignOf('sp4', runningState());
      expect(await store.commitCampaign(run, 1, entry('sp4'))).toEqual({ version: 2, campaign: run });
      expect(await store.commitCampaign(campaignOf('sp4', pausedState), 1, entry('sp4'))).toBeNull();
      expect(await store.readCampaign('sp4')).toEqual({ version: 2, campaign: run });
      expect(await store.audit(10)).toHaveLength(2);
    });
  });

  describe('overlap', () => {
    const sorted = (found: readonly { client: string; campaign: string }[]): readonly string[] =>
      found.map(({ client, campaign }) => `${client} ${campaign}`).sort();

    it('names clients that wait in a running or paused campaign, also when they have roamed since', async () => {
      const fixture = given();
      await fixture.campaign('old', [pick('pc-1'), pick('pc-2', 'LS-2', 1)], runningState(1));
      await fixture.campaign('older', [pick('pc-3'), pick('pc-1')], pausedState);
      await fixture.campaign(
        'new',
        [pick('pc-1', 'LS-9'), pick('pc-2', 'LS-9'), pick('pc-3'), pick('pc-4')],
        {
          status: 'created',
        },
      );
      expect(sorted(await fixture.store.overlap('new', 10))).toEqual([
        'pc-1 old',
        'pc-1 older',
        'pc-2 old',
        'pc-3 older',
      ]);
      expect(await fixture.store.overlap('new', 2)).toHaveLength(2);
    });

    it('names clients that are one machine with a client of another campaign', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('old', [pick('pc-1'), pick('pc-2')], runningState(1));
      await fixture.campaign('older', [pick('PC-3')], pausedState);
      await fixture.campaign('new', [pick('twin-of-1'), pick('pc-3'), pick('pc-4')], { status: 'created' });
      // As an earlier version let them in.
      await store.importFleet([
        clientOf('pc-1', { host: 'nt-0001' }),
        clientOf('twin-of-1', { host: 'NT-0001' }),
        clientOf('PC-3', { host: 'nt-3' }),
      ]);
      expect(await store.overlap('new', 10)).toEqual([
        { client: 'twin-of-1', campaign: 'old', twin: 'pc-1' },
        { client: 'pc-3', campaign: 'older', twin: 'PC-3' },
      ]);
      await fixture.change('older', { ...pausedState, status: 'ended', endedAt: at } as never);
      expect(await store.overlap('new', 10)).toMatchObject([{ client: 'twin-of-1' }]);
    });

    it('names clients at work in another campaign, and not those that have settled there', async () => {
      const fixture = given();
      await fixture.admitted('old', picks(2));
      const begun = await fixture.begun({ campaign: 'old', client: 'pc-2' });
      await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
      await fixture.campaign('new', picks(2), { status: 'created' });
      expect(sorted(await fixture.store.overlap('new', 10))).toEqual(['pc-1 old']);
    });

    it('says the same of single clients that are to be opened again', async () => {
      const fixture = given();
      const { store } = fixture;
      await fixture.campaign('old', [pick('pc-1'), pick('pc-2')], runningState(1));
      await fixture.campaign('older', [pick('PC-3')], pausedState);
      const members = ['twin-of-1', 'pc-2', 'pc-3', 'pc-4'];
      await fixture.campaign(
        'new',
        members.map((client) => pick(client)),
        { status: 'created' },
      );
      await store.importFleet([
        clientOf('pc-1', { host: 'nt-0001' }),
        clientOf('twin-of-1', { host: 'NT-0001' }),
        clientOf('PC-3', { host: 'nt-3' }),
      ]);
      expect(await store.overlapWith('new', members)).toEqual([
        { client: 'pc-2', campaign: 'old' },
        { client: 'twin-of-1', campaign: 'old', twin: 'pc-1' },
        { client: 'pc-3', campaign: 'older', twin: 'PC-3' },
      ]);
      expect(await store.overlapWith('new', ['pc-4'])).toEqual([]);
      expect(await store.overlapWith('old', ['pc-1'])).toEqual([]);
    });

    it('counts no campaign that has not started or has ended', async () => {
      const fixture = given();
      await fixture.campaign('created', picks(1), { status: 'created' });
      await fixture.campaign('waits', picks(1), { status: 'waitingForRelease' });
      await fixture.campaign('ended', picks(1), { ...runningState(), status: 'ended', endedAt: at });
      await fixture.campaign('new', picks(1), { status: 'created' });
      expect(await fixture.store.overlap('new', 10)).toEqual([]);
    });
  });
}
