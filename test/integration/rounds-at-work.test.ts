import { expect, test } from 'vitest';
import { pino } from 'pino';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { LeaderContext } from '../../orchestrator/context.ts';
import { contextOver, keepingDispatcher, standingClock } from '../fixtures/context.ts';
import { sweep } from '../../orchestrator/rounds/sweep.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { at, campaignOf, entry, later, picks, runningState } from '../contract/store/words.ts';
import { makeWorld } from '../contract/store/world.ts';
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

test('a sweep gives every job of a long queue its turn, and says so in one line a round', async () => {
  const { context, jobs, lines } = openContext(later);
  await makeWorld(context.store).admitted('sp4', picks(1_500), { active: 9_999, perLogonServer: 9_999 });
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

test('a sweep adds nothing for whom a job waits in a long queue, nor for whom a worker has taken on meanwhile', async () => {
  const { context, jobs, lines } = openContext(later);
  const { store, dispatcher } = context;
  await makeWorld(store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
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

test('a sweep that cannot find out who has a job adds them all', async () => {
  const { context, jobs } = openContext(later);
  await makeWorld(context.store).admitted('sp4', picks(3), { active: 9, perLogonServer: 9 });
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

test('a campaign that cannot be led does not hold up the later ones, and is told once', async () => {
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
  expect(jobs.map(({ key }) => key.campaign)).toEqual(['b-good', 'b-good']);
  isBroken = false;
  await round.run(breaking);
  expect(lines.filter(({ campaign }) => campaign === 'a-broken').map(({ msg }) => msg)).toEqual([
    'failed; tries again',
    'works again',
  ]);
});
