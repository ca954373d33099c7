import { describe, expect, it } from 'vitest';
import type { Campaign, CampaignState, Removal } from '../../../shared/domain/campaign/campaign.ts';
import type { WaitingClient } from '../../../shared/store/types.ts';
import { all, at, campaignOf, entry, picks, runningState, settled, settledPlace } from './fixtures.ts';
import type { Given, StoreFixture } from './store-fixture.ts';

const removal: Removal = { kind: 'archive', by: 'anna', because: 'over', at };
const ended = { ...runningState(), status: 'ended', endedAt: at } as const;
const key = { campaign: 'sp4', client: 'pc-1' };

/** A campaign of three waves, as far as its clients go. */
const wide = (state: CampaignState): Campaign => ({ ...campaignOf('sp4', state), waveSizes: [1, 1, 1] });

/** Lets the campaign go: from now on nothing else happens to it. */
async function letGo({ store }: StoreFixture, state: CampaignState): Promise<void> {
  const record = await store.readCampaign('sp4');
  const next = {
    ...wide(state),
    ...(record?.campaign.life === undefined ? {} : { life: record.campaign.life }),
    removal,
  };
  expect(await store.commitCampaign(next, record?.version ?? 0, entry('sp4'))).not.toBeNull();
}

/** A campaign whose clients have settled, but for those that still wait. */
async function over(fixture: StoreFixture, clients: readonly WaitingClient[]): Promise<void> {
  await fixture.admitted('sp4', clients);
  for (const { client } of clients) {
    const begun = await fixture.begun({ campaign: 'sp4', client });
    await fixture.commit(begun, settled(begun.stored.upgrade), settledPlace);
  }
}

/** Removing campaigns, so that their names are free again. */
export function removalContract(given: Given): void {
  describe('a campaign that is removed', () => {
    it('stays as it is without the word of its head', async () => {
      const { store } = given();
      await given().campaign('sp4', picks(2), { status: 'created' });
      expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(false);
      expect(await store.removeCampaign('sp5', entry('sp5'))).toBe(false);
      expect(await all(store.waiting('sp4'))).toHaveLength(2);
    });

    it('is gone with everything that belongs to it, and the audit keeps what was done', async () => {
      const { store } = given();
      await over(given(), picks(3, ['LS-1', 'LS-2', 'LS-3']));
      await store.noteRoundFailure({ campaign: 'sp4', round: 'campaigns', because: 'x', since: at });
      await store.askHooks('sp4', [{ client: 'pc-1', at }]);
      await store.noteRoundFailure({ campaign: 'sp44', round: 'campaigns', because: 'x', since: at });
      await letGo(given(), ended);
      expect(await store.removeCampaign('sp4', { ...entry('sp4'), to: 'archived' })).toBe(true);
      expect(await store.readCampaign('sp4')).toBeNull();
      expect(await store.campaigns()).toEqual([]);
      expect(await all(store.upgrades('sp4'))).toEqual([]);
      expect(await store.readUpgrade(key)).toBeNull();
      expect(await store.counters('sp4')).toEqual({});
      expect(await store.readHookAsks('sp4', at, 9)).toMatchObject({ count: 0 });
      expect((await store.roundFailures()).map(({ campaign }) => campaign)).toEqual(['sp44']);
      expect((await store.audit(1, { campaign: 'sp4' }))[0]?.to).toBe('archived');
      expect(await store.formerLife('sp4')).toEqual({ lives: 1, hash: 'hash-of-the-file' });
      expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(false);
    });

    it('is removed before it has run, with the clients that wait', async () => {
      const { store } = given();
      await given().campaign('sp4', [...picks(2), { client: 'pc-9', wave: 1, logonServer: 'LS-1' }], {
        status: 'created',
      });
      await letGo(given(), { status: 'created' });
      expect(await store.removeCampaign('sp4', entry('sp4'))).toBe(true);
      expect(await all(store.waiting('sp4'))).toEqual([]);
      await given().campaign('sp4', picks(1), runningState());
      expect((await store.queued('sp4', 9)).waiting).toEqual(picks(1));
    });

    it('is in no status while it is being removed, and nothing opens its clients again', async () => {
      const { store } = given();
      await over(given(), picks(1));
      await letGo(given(), ended);
      expect(await store.campaigns(['ended'])).toEqual([]);
      expect((await store.campaigns()).map(({ campaign }) => campaign.removal)).toEqual([removal]);
      const { version, upgrade } = await given().stored(key);
      const reopen = { key, version, upgrade, place: 'due', counters: {}, audit: entry('sp4'), at } as const;
      expect(await store.commitIdle(reopen)).toMatchObject({ kind: 'stale' });
      const again = await store.createCampaign(wide({ status: 'created' }), picks(1), entry('sp4'));
      expect(again).toMatchObject({ ok: false, error: { code: 'campaign.taken' } });
    });
  });

  describe('a second campaign of one name', () => {
    it('has activations of its own, so that no job of the first one is taken for one of its jobs', async () => {
      const fixture = given();
      const { store } = fixture;
      await over(fixture, picks(1));
      await letGo(fixture, ended);
      await store.removeCampaign('sp4', entry('sp4'));
      await fixture.campaign('sp4', picks(2), runningState());
      expect((await store.readCampaign('sp4'))?.campaign.life).toBe(1);
      const [first] = await store.admit('sp4', picks(1), at);
      expect(first?.activation).toBe(1_000_001);
      expect(await fixture.begin(key, { activation: 1 })).toMatchObject({ kind: 'ignored' });
      expect(await fixture.begin(key)).toMatchObject({ kind: 'begun' });
      // A client that a person ends before its admission has no activation yet.
      const waits = { campaign: 'sp4', client: 'pc-2' };
      const { upgrade } = await fixture.stored(key);
      await store.commitIdle({
        key: waits,
        version: 0,
        upgrade: { ...settled(upgrade), client: 'pc-2' },
        place: 'settled',
        counters: {},
        audit: entry('sp4'),
        at,
      });
      expect((await fixture.stored(waits)).activation).toBe(1_000_000);
    });

    it('is the next life also after a rebuild', async () => {
      const { store } = given();
      await store.putBackLife('sp4', { lives: 3, hash: 'h' });
      await given().campaign('sp4', picks(1), { status: 'created' });
      expect((await store.readCampaign('sp4'))?.campaign.life).toBe(3);
    });
  });
}
