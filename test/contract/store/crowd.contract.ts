import { describe, expect, it } from 'vitest';
import { recount, recountSlots } from '../../twin/recount.ts';
import type { Store } from '../../../shared/store/store.ts';
import {
  all,
  at,
  deferred,
  later,
  pausedState,
  picks,
  restUntil,
  runningState,
  settled,
  settledPlace,
} from './fixtures.ts';
import { type Given, type StoreFixture } from './store-fixture.ts';
import type { Activation } from '../../../shared/store/types.ts';

const campaign = 'sp4';
const budgets = { active: 20, perLogonServer: 6 };
const clients = picks(200, ['LS-1', 'LS-2', 'LS-3', 'LS-4']);

/** 200 upgrades that all rest until the same moment, in a campaign with room for 20. */
async function resting(fixture: StoreFixture): Promise<readonly Activation[]> {
  await fixture.admitted(campaign, clients);
  const rests = clients.map(async ({ client }) => {
    const begun = await fixture.begun({ campaign, client });
    const outcome = await fixture.commit(begun, deferred(begun.stored.upgrade), restUntil(later));
    return outcome.kind === 'committed' && outcome.next !== null ? [outcome.next] : [];
  });
  const next = (await Promise.all(rests)).flat();
  await fixture.change(campaign, runningState(), budgets);
  return next;
}

/** Returns how many were admitted. */
async function leadingRound(store: Store): Promise<number> {
  const record = await store.readCampaign(campaign);
  if (record !== null) await store.shareBudget(record);
  const { parked } = await store.queued(campaign, 99);
  return (await store.admit(campaign, parked, later)).length;
}

async function expectWithinBudgets(store: Store): Promise<void> {
  const { active, perLogonServer } = await store.slotsInUse(campaign);
  expect(active).toBeLessThanOrEqual(budgets.active);
  expect(Math.max(0, ...Object.values(perLogonServer))).toBeLessThanOrEqual(budgets.perLogonServer);
}

export function crowdContract(given: Given): void {
  describe('200 drivers at once', () => {
    it('never go beyond the budgets, and hand their slots on until every upgrade has settled', async () => {
      const fixture = given();
      const { store } = fixture;
      const jobs = await resting(fixture);
      const drive = async ({ key, activation }: Activation): Promise<void> => {
        const outcome = await store.begin(key, activation, `driver-${key.client}`, 60_000, later);
        await expectWithinBudgets(store);
        if (outcome.kind !== 'begun') return;
        const commit = await fixture.commit(outcome, settled(outcome.stored.upgrade), settledPlace, {
          at: later,
        });
        await expectWithinBudgets(store);
        if (commit.kind === 'committed' && commit.handed !== null) await drive(commit.handed);
      };
      await Promise.all(jobs.map(drive));
      expect((await all(store.upgrades(campaign))).every(({ index }) => index === 'settled')).toBe(true);
      expect(await store.slotsInUse(campaign)).toEqual({ active: 0, perLogonServer: {} });
      expect(await store.counters(campaign)).toEqual(await recount(store, campaign));
    });

    it('fill the budgets exactly, and park the rest', async () => {
      const fixture = given();
      const jobs = await resting(fixture);
      const outcomes = await Promise.all(
        jobs.map(({ key, activation }) => fixture.store.begin(key, activation, 'driver', 60_000, later)),
      );
      const begun = outcomes.filter(({ kind }) => kind === 'begun').length;
      expect(outcomes.filter(({ kind }) => kind === 'parked')).toHaveLength(200 - begun);
      // One shard has the whole budget; several shards get their parts in the next round.
      expect(begun + (await leadingRound(fixture.store))).toBe(20);
      expect((await fixture.store.slotsInUse(campaign)).active).toBe(20);
      expect(await recountSlots(fixture.store, campaign)).toEqual(await fixture.store.slotsInUse(campaign));
    });

    it('are all parked by a pause, which leaves no slot taken', async () => {
      const fixture = given();
      const jobs = await resting(fixture);
      await fixture.change(campaign, pausedState);
      await Promise.all(
        jobs.map(({ key, activation }) => fixture.store.begin(key, activation, 'driver', 60_000, later)),
      );
      expect((await all(fixture.store.upgrades(campaign))).every(({ index }) => index === 'parked')).toBe(
        true,
      );
      expect(await fixture.store.slotsInUse(campaign)).toEqual({ active: 0, perLogonServer: {} });
      expect(await fixture.store.sweep(later * 2, 0, 999)).toEqual([]);
      expect(await fixture.store.admit(campaign, clients, at)).toEqual([]);
    });
  });
}
