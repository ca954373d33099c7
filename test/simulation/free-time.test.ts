import { expect, test } from 'vitest';
import type { DailyHabits } from '../../orchestrator/simulation/machines/timetable.ts';
import { percentile } from '../../orchestrator/simulation/percentiles.ts';
import { type Outcome, playCampaigns, releases, soonestOf } from '../lab/free-time/play.ts';

/** Campaigns with and without learned free time on machines of the lab. */

const minute = 60_000;
const seeds = ['1', '2'];
const clients = 30;
const daily: DailyHabits = { staysOn: 0.2, shutsDownAfter: [25 * minute, 75 * minute] };

/** The campaigns after the first one, in which the clients became known. */
async function compare(hour: number, habits?: DailyHabits, count = 3, skip = 1) {
  const begins = releases(count, hour);
  const all = async (learns: boolean): Promise<readonly Outcome[]> => {
    const plays = seeds.map((seed) =>
      playCampaigns({ seed, clients, learns, begins, ...(habits === undefined ? {} : { habits }) }),
    );
    return (await Promise.all(plays)).flatMap((each) => each.slice(skip));
  };
  const [off, learn] = [await all(false), await all(true)];
  const ratio = (of: (outcome: Outcome) => number): number =>
    learn.reduce((sum, each) => sum + of(each), 0) / off.reduce((sum, each) => sum + of(each), 0);
  return {
    median: ratio(({ tookMs }) => percentile(tookMs, 50) ?? Infinity),
    looks: ratio(({ looks }) => looks),
    learn,
  };
}

test('clients with daily habits are upgraded sooner, with fewer looks, whenever a campaign begins', async () => {
  const found = [];
  for (const hour of [9, 15, 20]) found.push(await compare(hour, daily));
  const mean = found.reduce((sum, { median }) => sum + median, 0) / found.length;
  expect(mean).toBeLessThan(0.8);
  for (const { median, looks } of found) {
    expect(median).toBeLessThan(0.95);
    expect(looks).toBeLessThan(0.75);
  }
});

test('clients that come and go at other times each day are upgraded no later, with no more looks', async () => {
  const { median, looks } = await compare(9);
  expect(median).toBeLessThan(1.05);
  expect(looks).toBeLessThanOrEqual(1);
});

test('clients whose habits change are found, and their new habits are learned', async () => {
  const movesAt = releases(5, 12)[2] ?? 0;
  const { median, looks } = await compare(12, { ...daily, movesAt }, 5, 3);
  expect(median).toBeLessThan(1);
  expect(looks).toBeLessThan(0.9);
});

test('no client is upgraded before it is free', async () => {
  const [startAt = 0] = releases(1, 9);
  const play = { seed: '1', clients, learns: true, begins: [startAt], habits: daily };
  const [outcome] = await playCampaigns(play);
  const soonest = soonestOf(play, startAt);
  expect(outcome?.tookMs.filter((took, at) => took < (soonest[at] ?? 0))).toEqual([]);
});
