import type { Bench } from '../bench.ts';
import { type Rollout, statesOf, untilThere } from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { beginRollout, perClient } from '../rollout.ts';
import { since, usageOf } from '../usage.ts';

export interface Cost {
  /** CPU of Redis, worker and orchestrator together, microseconds per client. */
  readonly cpu: number;
  readonly perSecond: number;
}

/** What the next clients cost in the middle of the campaign, as far as enough clients are left. */
export async function costHere(bench: Bench, rollout: Rollout, clients: number): Promise<Cost> {
  const ended = async (): Promise<number> => (await statesOf(bench, rollout)).upgraded;
  const untilEnded = (count: number): Promise<void> =>
    untilThere(bench, rollout, ({ upgraded }) => upgraded, Math.min(count, rollout.clients));
  await untilEnded((await ended()) + Math.floor(clients / 2));
  const from = await ended();
  const before = await usageOf(bench);
  const startedAt = performance.now();
  await untilEnded(from + clients);
  const count = Math.max(1, (await ended()) - from);
  const ms = performance.now() - startedAt;
  const { redis, worker, orchestrator } = perClient(since(before, await usageOf(bench)), count);
  return { cpu: redis + worker + orchestrator, perSecond: (count / ms) * 1_000 };
}

/** The same in a campaign of its own, which is run to its end. */
export async function costOfSmall(bench: Bench, clients: number): Promise<Cost> {
  const rollout = await beginRollout(bench, clients);
  const cost = await costHere(bench, rollout, clients / 2);
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  return cost;
}

export function costFigures(
  clients: number,
  small: number,
  costs: readonly Cost[],
  limits: readonly Cost[],
): readonly Figure[] {
  const isNear = (ratio: number): boolean => Math.abs(ratio - 1) <= 0.15;
  const limit = (what: keyof Cost) => ({
    name: `the same of ${small}`,
    runs: limits.map((each) => each[what]),
  });
  return [
    figureOf({
      name: `CPU per client in a campaign of ${clients}`,
      unit: 'us',
      runs: costs.map(({ cpu }) => cpu),
      limit: limit('cpu'),
      aim: { text: 'within 15 % of the small one', met: ({ ratio }) => isNear(ratio) },
    }),
    figureOf({
      name: `upgrades in a campaign of ${clients}`,
      unit: '1/s',
      runs: costs.map(({ perSecond }) => perSecond),
      limit: limit('perSecond'),
    }),
  ];
}
