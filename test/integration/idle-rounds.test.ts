import { expect, test } from 'vitest';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { checkInvariants } from '../../orchestrator/rounds/check-invariants.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { followChanges } from '../../orchestrator/rounds/follow-changes.ts';
import { everything, isNews, type News, openMailbox } from '../../orchestrator/rounds/news.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { runSurveys } from '../../orchestrator/rounds/run-surveys.ts';
import { startCampaigns } from '../../orchestrator/rounds/start-campaigns.ts';
import { sweep } from '../../orchestrator/rounds/sweep.ts';
import { walkCampaigns } from '../../orchestrator/rounds/walk-campaigns.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, campaignOf, entry, pausedState, picks, pick, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { contextOver, testLog } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

/** A context whose clock a test sets, and that notes each call of the store. */
function countingContext() {
  const calls: string[] = [];
  const clock = { at };
  const store = createMemoryStore(Date.now);
  const counted = Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => {
        calls.push(name);
        return (method as (...args: readonly unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Store;
  const policyClock = {
    now: () => clock.at,
    realNow: () => Date.now(),
    realDelay: () => 0,
    policySpan: (ms: number) => ms,
  };
  const context: LeaderContext = contextOver(counted, policyClock, keepingDispatcher([]));
  return { context, store, calls, clock };
}

const nothing: News = { everything: false, campaigns: new Set(), clients: new Set() };
const changed = (...campaigns: readonly string[]): News => ({ ...nothing, campaigns: new Set(campaigns) });
const changedClient = (campaign: string): News => ({ ...nothing, clients: new Set([campaign]) });

const rounds = [runCampaigns, drainCampaigns, startCampaigns, sweep, checkInvariants, runSurveys] as const;

/** A campaign of one wave, with one client in it. */
function oneWave(name: string, state: CampaignState): Campaign {
  const { definition, ...rest } = campaignOf(name, state);
  const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
  const waves = [{ name: 'rest', size: { rest: true }, gate }] as const;
  return { ...rest, definition: { ...definition, waves }, waveSizes: [1] };
}

const waitingStates: readonly CampaignState[] = [
  { status: 'created' },
  { status: 'scheduled', startAt: at + 3_600_000 },
  { status: 'waitingForRelease' },
  pausedState,
  runningState(1),
];

test('no round asks the store anything while campaigns wait and nothing changes', async () => {
  const { context, store, calls } = countingContext();
  for (const [number, state] of waitingStates.entries()) {
    const name = `c-${number}`;
    const client = { ...pick(`pc-${number}`), wave: 0 };
    await store.createCampaign(oneWave(name, state), [client], entry(name));
  }
  for (const make of rounds) {
    const round = make();
    await round.run(context, everything);
    // Admitting the client of the running campaign is a change, which the next run hears of.
    await round.run(context, changed('c-4'));
    calls.length = 0;
    for (let time = 0; time < 20; time += 1) await round.run(context, nothing);
    expect([round.name, calls]).toEqual([round.name, []]);
  }
});

test('a change is judged by a run that reads the campaign that has changed, and no other', async () => {
  const { context, store, calls } = countingContext();
  for (const name of ['sp4', 'sp5'])
    await store.createCampaign(oneWave(name, runningState(1)), [pick(`pc-${name}`)], entry(name));
  const round = runCampaigns();
  await round.run(context, everything);
  calls.length = 0;
  await round.run(context, changedClient('sp5'));
  expect(calls.filter((call) => call === 'readCampaign')).toHaveLength(1);
  expect(calls).not.toContain('campaigns');
});

test('a scheduled campaign starts at its moment, without any news', async () => {
  const { context, store, clock } = countingContext();
  const name = 'sp4';
  await store.createCampaign(
    campaignOf(name, { status: 'scheduled', startAt: at + 60_000 }),
    picks(1),
    entry(name),
  );
  const round = startCampaigns();
  const status = async () => (await store.readCampaign(name))?.campaign.state.status;
  await round.run(context, everything);
  clock.at = at + 59_999;
  await round.run(context, nothing);
  expect(await status()).toBe('scheduled');
  clock.at = at + 60_000;
  await round.run(context, nothing);
  // Its moment has come; no release is staged.
  expect(await status()).toBe('waitingForRelease');
});

test('clients outside their window are admitted when it opens, without any news', async () => {
  const { context, store, clock } = countingContext();
  const monday = Date.UTC(2026, 10, 16, 21);
  clock.at = monday;
  const { definition, ...rest } = oneWave('sp4', runningState(1));
  const window = { days: [1, 2, 3, 4, 5, 6, 7], from: 22 * 60, to: 23 * 60 };
  const policy = { ...definition.policy, window };
  const campaign: Campaign = { ...rest, definition: { ...definition, policy } };
  const zoned = { ...pick('pc-1'), zone: 'UTC' };
  expect((await store.createCampaign(campaign, [zoned], entry('sp4'))).ok).toBe(true);
  const round = runCampaigns();
  const active = async () => (await store.slotsInUse('sp4')).active;
  await round.run(context, everything);
  clock.at = monday + 3_599_999;
  await round.run(context, nothing);
  expect(await active()).toBe(0);
  clock.at = monday + 3_600_000;
  await round.run(context, nothing);
  expect(await active()).toBe(1);
});

test('a round whose store fails for a campaign tries it again without any news', async () => {
  const { context, store } = countingContext();
  await store.createCampaign(oneWave('sp4', runningState(1)), [pick('pc-1')], entry('sp4'));
  let isBroken = true;
  const counters: Store['counters'] = async (name) => {
    if (isBroken) throw new Error('counters are gone');
    return store.counters(name);
  };
  const breaking = { ...context, store: { ...context.store, counters } };
  const round = runCampaigns();
  await round.run(breaking, everything);
  isBroken = false;
  await until('the campaign is tried again', async () => {
    await round.run(breaking, nothing);
    return (await store.slotsInUse('sp4')).active === 1;
  });
  expect(await store.roundFailures()).toEqual([]);
});

test('the sweep runs again when the earliest lease has ended, without any news', async () => {
  const { context, store, calls } = countingContext();
  const fixture = storeFixture(store);
  await fixture.admitted('sp4', picks(1), { active: 9, perLogonServer: 9 });
  await fixture.begun({ campaign: 'sp4', client: 'pc-1' }, { leaseMs: 200 });
  const round = sweep();
  await round.run(context, everything);
  calls.length = 0;
  await round.run(context, nothing);
  expect(calls).toEqual([]);
  await until('the sweep takes the lease away', async () => (await round.run(context, nothing)) === 1);
  expect((await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' }))?.index).toBe('due');
});

test('the changes of a store reach every mailbox, and a mailbox is emptied by taking', async () => {
  const { store } = countingContext();
  const [one, two] = [openMailbox(), openMailbox()];
  for (const box of [one, two]) expect(box.take().everything).toBe(true);
  const following = followChanges(store, [one, two], testLog());
  // It begins at the present end: what was before may have been missed.
  await until('everything is news at first', async () => one.take().everything && two.take().everything);
  await storeFixture(store).campaign('sp4', picks(1), runningState());
  await until('the new campaign is news', async () => one.take().campaigns.has('sp4'));
  expect(isNews(one.take())).toBe(false);
  expect([...two.take().campaigns]).toContain('sp4');
  await store.commitHalt({ by: 'anna', because: 'phones', at }, 0, { ...entry(''), client: null });
  await until('the halt is news', async () => one.take().everything);
  await following.stop();
});

test('the safety walk comes to every campaign, one at a time', async () => {
  const { store } = countingContext();
  for (const name of ['a', 'b', 'c'])
    await store.createCampaign(campaignOf(name, { status: 'created' }), picks(1), entry(name));
  const box = openMailbox();
  box.take();
  const walk = walkCampaigns(store, [box]);
  const seen: string[][] = [];
  for (let step = 0; step < 4; step += 1) {
    await walk();
    seen.push([...(box.take().walked ?? [])]);
  }
  expect(seen).toEqual([['a'], ['b'], ['c'], ['a']]);
});
