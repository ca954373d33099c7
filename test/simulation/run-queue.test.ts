import { expect, it } from 'vitest';
import type { ReplicatePlan } from '../../orchestrator/simulation/replicates.ts';
import type { Scenario } from '../../orchestrator/simulation/scenario.ts';
import { RunQueue } from '../../orchestrator/simulation/threads/run-queue.ts';
import type { RunOrder } from '../../orchestrator/simulation/threads/orders.ts';
import { scenarioOf, usualCampaign } from './given.ts';

const base = scenarioOf(usualCampaign, { clients: 2 });
const named = (seed: string): Scenario => ({ ...base, seed });
const replicates = [named('first'), named('second'), named('third')];
const without = (limit: string): Scenario[] =>
  replicates.map(({ seed }) => named(`${seed} without ${limit}`));

const planOf = (variants: ReplicatePlan['variants']): ReplicatePlan => ({
  replicates,
  variants,
  fleet: 'the whole fleet',
  isWhole: true,
  noP90: null,
});

/** Gives out until nothing is left; a run without `slots` ends an hour earlier. */
function orderOf(queue: RunQueue): readonly string[] {
  const given: string[] = [];
  for (let order = queue.next(); order !== null; order = queue.next()) {
    if (order === 'later') throw new Error('nothing is under way');
    given.push(order.scenario.seed);
    answer(queue, order);
  }
  return given;
}

function answer(queue: RunQueue, { number, kind, scenario }: RunOrder): void {
  // What is kept of the campaign itself does not matter to the queue.
  if (kind === 'whole') return queue.keep({ number, kind, whole: {} as never });
  const ms = scenario.seed.endsWith('slots') ? 3_600_000 : 7_200_000;
  queue.keep({ number, kind, summary: { endedAfterMs: ms, mostAfterMs: ms, wavesAfterMs: [] } });
}

it('begins with the campaign, and leaves out what can gain nothing any more', () => {
  const queue = new RunQueue(
    base,
    planOf([
      { limit: 'window', scenarios: without('window') },
      { limit: 'slots', scenarios: without('slots') },
    ]),
  );
  expect(orderOf(queue)).toEqual([
    'seed',
    'first',
    'second',
    'third',
    'first without window',
    'first without slots',
    'second without slots',
    'third without slots',
  ]);
  expect(queue.runs.replicates).toHaveLength(3);
  expect(queue.runs.variants.map(({ limit, runs }) => [limit, runs.length])).toEqual([['slots', 3]]);
});

it('runs a scenario once that is named twice', () => {
  const queue = new RunQueue(base, planOf([{ limit: 'never no', scenarios: replicates }]));
  expect(orderOf(queue)).toEqual(['seed', 'first', 'second', 'third']);
  expect(queue.runs.variants.map(({ runs }) => runs.length)).toEqual([3]);
});

it('has something later while a run is under way on which the next one depends', () => {
  const queue = new RunQueue(base, planOf([{ limit: 'slots', scenarios: without('slots') }]));
  const orders = Array.from({ length: 5 }, () => queue.next());
  const last = orders.at(-1);
  expect(last).toMatchObject({ scenario: { seed: 'first without slots' } });
  expect(queue.next()).toBe('later');
  for (const order of orders) if (order !== null && order !== 'later' && order !== last) answer(queue, order);
  expect(queue.next()).toBe('later');
  if (last !== undefined && last !== null && last !== 'later') answer(queue, last);
  expect(queue.next()).toMatchObject({ scenario: { seed: 'second without slots' } });
});
