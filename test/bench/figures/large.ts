import type { Bench } from '../bench.ts';
import {
  createCampaign,
  importClients,
  type Rollout,
  startCampaign,
  statesOf,
  untilThere,
} from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { empty, memoryOf, usedMemory } from '../memory.ts';
import { nextName, perClient } from '../rollout.ts';
import { since, usageOf } from '../usage.ts';
import { auditFigure, familyFigures, perClientFigure } from './bytes.ts';
import { pauseMs } from './pause.ts';

/** A small campaign to hold the large one against. */
const smallAtMost = 10_000;

/** The large campaign: its start, its pause, what a client costs in it, and what is left of one that has settled. */
export async function large(bench: Bench): Promise<readonly Figure[]> {
  const { clients, rounds } = bench.options;
  const small = Math.min(smallAtMost, Math.floor(clients / 10));
  const rollout: Rollout = { name: nextName(), story: 'free', clients };
  await empty(bench);
  const base = await usedMemory(bench);
  await importClients(bench, rollout);
  await createCampaign(bench, rollout);
  bench.say(`large: ${clients} clients wait`);
  const start = await firstLookMs(bench, rollout);
  const pauses: number[] = [];
  const costs: Cost[] = [];
  const limits: Cost[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    costs.push(await costHere(bench, rollout, small / 2));
    pauses.push(await pauseMs(bench, rollout));
    limits.push(await costOfSmall(bench, small));
    await resume(bench, rollout);
    bench.say(`large: round ${round} of ${rounds}`);
  }
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  const settled = await memoryOf(bench);
  await empty(bench);
  return [
    figureOf({ name: `start of ${clients} clients until the first look`, unit: 'ms', runs: [start] }),
    figureOf({
      name: `pause of ${clients} clients`,
      unit: 'ms',
      runs: pauses,
      aim: { text: '< 1,000 ms, each', met: () => pauses.every((ms) => ms < 1_000) },
    }),
    ...costFigures(clients, small, costs, limits),
    perClientFigure('settled', { memory: settled, base, clients }),
    ...familyFigures('settled', settled, clients),
    auditFigure('settled', settled),
  ];
}

async function firstLookMs(bench: Bench, rollout: Rollout): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<bigint>();
  bench.worker.onLook(({ atNs }) => resolve(BigInt(atNs)));
  bench.worker.tell('next');
  const before = process.hrtime.bigint();
  await startCampaign(bench, rollout);
  return Number((await promise) - before) / 1e6;
}

const resume = ({ operator }: Bench, { name }: Rollout): Promise<unknown> =>
  operator.ask('POST', `/v1/campaigns/${name}/resume`);

interface Cost {
  /** CPU of Redis, worker and orchestrator together, microseconds per client. */
  readonly cpu: number;
  readonly perSecond: number;
}

/** What the next clients cost while the campaign is in full swing, as far as there are so many left. */
async function costHere(bench: Bench, rollout: Rollout, clients: number): Promise<Cost> {
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

async function costOfSmall(bench: Bench, clients: number): Promise<Cost> {
  const rollout: Rollout = { name: nextName(), story: 'free', clients };
  await importClients(bench, rollout);
  await createCampaign(bench, rollout);
  await startCampaign(bench, rollout);
  const cost = await costHere(bench, rollout, clients / 2);
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  return cost;
}

function costFigures(
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
