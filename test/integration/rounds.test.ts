import { expect, test } from 'vitest';
import { readStatus } from '../../orchestrator/campaigns/report.ts';
import { startWaiting } from '../../orchestrator/campaigns/transitions.ts';
import { checkRounds } from '../../orchestrator/doctor/rounds.ts';
import { startCampaigns } from '../../orchestrator/rounds/start-campaigns.ts';
import type { CampaignStatus } from '../../orchestrator/views/status.ts';
import { notOk } from './doctor-checks.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { oneClient } from '../fixtures/one-client.ts';
import { pino } from 'pino';
import { checkInvariants } from '../../orchestrator/rounds/check-invariants.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { sweep } from '../../orchestrator/rounds/sweep.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { at, campaignOf, entry, later, picks, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Activation } from '../../shared/store/types.ts';

/** A context that keeps its jobs and log lines. */
function openContext(now: number) {
  const jobs: Activation[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const store = createMemoryStore(Date.now);
  const context = contextOver(store, standingClock(now), keepingDispatcher(jobs), log);
  return { context, jobs, lines };
}

test('a sweep adds every job of a long queue within some rounds, and logs one line a round', async () => {
  const { context, jobs, lines } = openContext(later);
  await storeFixture(context.store).admitted('sp4', picks(1_500), { active: 9_999, perLogonServer: 9_999 });
  const round = sweep();
  expect(await round.run(context)).toBe(1_000);
  expect(await round.run(context)).toBe(500);
  expect(new Set(jobs.map(({ key }) => key.client)).size).toBe(1_500);
  expect(await round.run(context)).toBe(1_000);
  expect(lines.map(({ overdue, leaseExpired }) => [overdue, leaseExpired])).toEqual([
    [1_000, 0],
    [500, 0],
    [1_000, 0],
  ]);
});

test('a sweep adds no job for an upgrade whose job waits, or that a worker has begun meanwhile', async () => {
  const { context, jobs, lines } = openContext(later);
  const { store, dispatcher } = context;
  await storeFixture(store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
  const withoutJob: LeaderContext['dispatcher']['withoutJob'] = async ([first, taken, missing]) => {
    if (first === undefined || taken === undefined || missing === undefined) throw new Error('3 are overdue');
    await store.begin(taken.key, 1, 'worker', 1_000, later);
    return [taken, missing];
  };
  expect(await sweep().run({ ...context, dispatcher: { ...dispatcher, withoutJob } })).toBe(3);
  expect(jobs).toHaveLength(1);
  expect((await store.readUpgrade(jobs[0]?.key ?? { campaign: '', client: '' }))?.index).toBe('due');
  expect(lines).toMatchObject([{ overdue: 3, withoutJob: 1, leaseExpired: 0 }]);
});

test('a sweep adds all jobs when it cannot find out which exist', async () => {
  const { context, jobs } = openContext(later);
  await storeFixture(context.store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
  const withoutJob = async (): Promise<never> => Promise.reject(new Error('Redis is away'));
  await sweep().run({ ...context, dispatcher: { ...context.dispatcher, withoutJob } });
  expect(jobs).toHaveLength(3);
});

const inOneWave = (name: string): Campaign => {
  const { definition, ...rest } = campaignOf(name, { ...runningState(1), accepted: [0] });
  const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
  const waves = [{ name: 'rest', size: { rest: true }, gate }] as const;
  return { ...rest, definition: { ...definition, waves }, waveSizes: [2] };
};

test('a round of campaigns goes on after a campaign that fails, and logs the failure once', async () => {
  const { context, jobs, lines } = openContext(at);
  const names = ['a-broken', 'b-good'];
  for (const name of names) await context.store.createCampaign(inOneWave(name), picks(2), entry(name));
  let isBroken = true;
  const breaking: LeaderContext = {
    ...context,
    store: {
      ...context.store,
      counters: async (name) => {
        if (isBroken && name === 'a-broken') throw new Error('counters are gone');
        return context.store.counters(name);
      },
    },
  };
  const round = runCampaigns();
  await round.run(breaking);
  await round.run(breaking);
  const status = async (name: string) => (await readStatus(context, name)) as { value?: CampaignStatus };
  expect((await status('a-broken')).value?.failures).toEqual([
    { round: 'campaigns', because: 'counters are gone', since: '2026-11-16T20:00:00Z' },
  ]);
  expect((await status('b-good')).value?.failures).toEqual([]);
  expect(notOk(await checkRounds(context.store))).toEqual([
    'broken: servpack: campaign a-broken: the leader\'s round "campaigns" fails since 2026-11-16T20:00:00Z: counters are gone',
  ]);
  expect(jobs.map(({ key }) => key.campaign)).toEqual(['b-good', 'b-good']);
  isBroken = false;
  await round.run(breaking);
  expect(lines.filter(({ campaign }) => campaign === 'a-broken').map(({ msg }) => msg)).toEqual([
    'failed; tries again',
    'works again',
  ]);
  expect(await context.store.roundFailures()).toEqual([]);
});

test('a failure that another leader has left is over with the first round that works, or with the campaign', async () => {
  const { context, lines } = openContext(at);
  const { store } = context;
  await store.createCampaign(inOneWave('good'), picks(2), entry('good'));
  for (const campaign of ['good', 'ended long ago'])
    await store.noteRoundFailure({ campaign, round: 'campaigns', because: 'it was so', since: at });
  await store.noteRoundFailure({ campaign: 'good', round: 'another', because: 'it is so', since: at });
  await runCampaigns().run(context);
  expect((await store.roundFailures()).map(({ round }) => round)).toEqual(['another']);
  expect(lines.map(({ msg }) => msg)).toEqual(['works again']);
});

test('a waiting campaign that fails keeps no other one from its start', async () => {
  const { context } = openContext(at);
  const { store } = context;
  for (const name of ['a-broken', 'b-good'])
    await store.createCampaign(campaignOf(name, { status: 'scheduled', startAt: at }), picks(1), entry(name));
  const breaking: LeaderContext = {
    ...context,
    store: {
      ...store,
      overlap: async (name, limit) => {
        if (name === 'a-broken') throw new Error('its clients are gone');
        return store.overlap(name, limit);
      },
    },
  };
  await startCampaigns().run(breaking);
  const status = async (name: string) => (await store.readCampaign(name))?.campaign.state.status;
  expect([await status('a-broken'), await status('b-good')]).toEqual(['scheduled', 'waitingForRelease']);
  expect(await startWaiting(breaking, 'kim')).toEqual([]);
  expect((await store.roundFailures()).map(({ campaign, round }) => [campaign, round])).toEqual([
    ['a-broken', 'waiting campaigns'],
  ]);
});

test('clients whose time zone is not known hold up no other client of a campaign with a window', async () => {
  const { context, jobs, lines } = openContext(at);
  const { store } = context;
  const wholeDay = { days: everyDay, from: 0, to: 0 };
  const campaign = inOneWave('nights');
  const nights = {
    ...campaign,
    waveSizes: [4],
    definition: { ...campaign.definition, policy: { ...campaign.definition.policy, window: wholeDay } },
  };
  const waiting = ['Europe/Berlin', 'IST', 'Europe/Berlin', 'PST'].map((zone, n) => ({
    client: `pc-${n}`,
    wave: 0,
    logonServer: 'LS-1',
    zone,
  }));
  await store.createCampaign(nights, waiting, entry('nights'));
  await runCampaigns().run(context);
  // The worker settles those whose zone is not known, and says why.
  expect(jobs.map(({ key }) => key.client).toSorted()).toEqual(['pc-0', 'pc-1', 'pc-2', 'pc-3']);
  expect(lines).toEqual([]);
});

test('a client whose record has an unknown time zone needs attention, and nothing is done on it', async () => {
  const window = { days: everyDay, from: 0, to: 0 };
  await using client = await oneClient('free', { window });
  const { store } = client;
  const known = await store.readClient(client.client);
  if (known === null) throw new Error('the client is in the fleet');
  await store.importFleet([{ ...known, zone: 'IST' }]);
  const { upgrade } = await client.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'time zone not known' });
  expect((await client.fleet.clientTruth(client.client))?.journal).toEqual([]);
});

test('a campaign that cannot be checked keeps no other one from the check of invariants', async () => {
  const { context } = openContext(at);
  const { store } = context;
  for (const name of ['a-broken', 'b-good'])
    await store.createCampaign(inOneWave(name), picks(1), entry(name));
  const checked: string[] = [];
  const breaking: LeaderContext = {
    ...context,
    store: {
      ...store,
      checkInvariants: async (name, cursor, limit, now) => {
        checked.push(name);
        if (name === 'a-broken') throw new Error('its counters are no numbers');
        return store.checkInvariants(name, cursor, limit, now);
      },
    },
  };
  await checkInvariants().run(breaking);
  expect(checked).toEqual(['a-broken', 'b-good']);
  expect(await store.roundFailures()).toMatchObject([{ campaign: 'a-broken', round: 'invariants' }]);
  await checkInvariants().run(context);
  expect(await store.roundFailures()).toEqual([]);
});
