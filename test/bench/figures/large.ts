import type { Bench } from '../bench.ts';
import { type Rollout, stageRelease, startCampaign, statesOf, untilThere } from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { createFromFile, importFile } from '../large-fleet.ts';
import { empty, type Memory, memoryOf, shareOf, type Share, sumOf } from '../memory.ts';
import { rawResting } from '../raw-resting.ts';
import { nextName } from '../rollout.ts';
import { auditFigure, bytesFigures } from './bytes.ts';
import { checkInFigures, checkInLatencies, samplesAtMost } from './check-in.ts';
import { type Cost, costFigures, costHere, costOfSmall } from './cost.ts';
import { listingFigures, memoryPeakFigure, timed } from './operator.ts';
import { pauseMs, untilWorkersRest } from './pause.ts';

/** A small campaign to hold the large one against. */
const smallAtMost = 10_000;

/**
 * The large campaign, from its fleet file on: what an operator waits for; what a client takes in
 * Redis while it waits, and, of a sample, when it has settled and while it is deferred; what it
 * costs; its start and its pause.
 */
export async function large(bench: Bench): Promise<readonly Figure[]> {
  const { clients, sample } = bench.options;
  const rollout: Rollout = { name: nextName(), story: 'free', clients };
  const settles = Math.min(sample, Math.ceil(clients / 4));
  await empty(bench);
  const raw = await rawResting(bench, Math.min(sample, clients), samplesAtMost);
  await empty(bench);
  await stageRelease(bench, rollout);
  const atFirst = await memoryOf(bench);
  const imported = await timed(() => importFile(bench, rollout));
  bench.say(`large: ${clients} clients imported`);
  const created = await timed(() => createFromFile(bench, rollout));
  const waits = await memoryOf(bench);
  const waiting = shareOf(atFirst, waits, clients);
  bench.say(`large: ${clients} clients wait`);
  const operator = [
    ...secondsFigures(clients, { imported, created }),
    ...(await listingFigures(bench, rollout)),
  ];
  const start = await firstLookMs(bench, rollout);
  const { settled, count, share } = await settledSample(bench, rollout, waits, settles);
  bench.say(`large: ${count} clients have settled`);
  const inSwing = await inFullSwing(bench, rollout, start);
  return [
    ...operator,
    memoryPeakFigure(bench, clients),
    ...inSwing,
    ...bytesFigures('waiting', waiting, {
      atMost: 450,
      raw: { name: 'raw BullMQ, waiting job', bytes: raw.waitingBytes },
    }),
    ...bytesFigures('settled', sumOf(waiting, share)),
    auditFigure('settled', settled),
    ...(await deferred(bench, Math.min(sample, clients), waiting, raw)),
  ];
}

const secondsFigures = (
  clients: number,
  { imported, created }: Readonly<Record<'imported' | 'created', number>>,
): readonly Figure[] => [
  figureOf({ name: `import of a fleet file of ${clients}`, unit: 's', runs: [imported] }),
  figureOf({ name: `creation of a campaign of ${clients}`, unit: 's', runs: [created] }),
];

interface Settled {
  readonly settled: Memory;
  readonly count: number;
  /** What is added to a client that waits. */
  readonly share: Share;
}

async function settledSample(
  bench: Bench,
  rollout: Rollout,
  before: Memory,
  clients: number,
): Promise<Settled> {
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  await pauseMs(bench, rollout);
  await untilWorkersRest(bench);
  const { upgraded: count } = await statesOf(bench, rollout);
  const settled = await memoryOf(bench);
  await resume(bench, rollout);
  return { settled, count, share: shareOf(before, settled, count) };
}

/** Cost and pause, round by round; the campaign stays paused at the end. */
async function inFullSwing(bench: Bench, rollout: Rollout, start: number): Promise<readonly Figure[]> {
  const { clients, rounds } = bench.options;
  const small = Math.min(smallAtMost, Math.floor(clients / 10));
  const pauses: number[] = [];
  const costs: Cost[] = [];
  const limits: Cost[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    costs.push(await costHere(bench, rollout, small / 2));
    pauses.push(await pauseMs(bench, rollout));
    limits.push(await costOfSmall(bench, small));
    if (round < rounds) await resume(bench, rollout);
    bench.say(`large: round ${round} of ${rounds}`);
  }
  return [
    figureOf({ name: `start of ${clients} clients until the first look`, unit: 'ms', runs: [start] }),
    figureOf({
      name: `pause of ${clients} clients`,
      unit: 'ms',
      runs: pauses,
      aim: { text: '< 1,000 ms, each', met: () => pauses.every((ms) => ms < 1_000) },
    }),
    ...costFigures(clients, small, costs, limits),
  ];
}

/** A campaign of the sample beside the large one, whose clients stay in use. */
async function deferred(
  bench: Bench,
  clients: number,
  waiting: Share,
  raw: Awaited<ReturnType<typeof rawResting>>,
): Promise<readonly Figure[]> {
  const rollout: Rollout = { name: nextName(), story: 'wait', clients };
  await importFile(bench, rollout);
  await createFromFile(bench, rollout);
  const before = await memoryOf(bench);
  await startCampaign(bench, rollout);
  await untilThere(bench, rollout, (states) => states.deferred, clients);
  await untilWorkersRest(bench);
  const after = await memoryOf(bench);
  bench.say(`large: ${clients} clients are deferred`);
  const latencies = await checkInLatencies(bench, rollout);
  await empty(bench);
  return [
    ...bytesFigures('deferred', sumOf(waiting, shareOf(before, after, clients)), {
      atMost: 1_200,
      raw: { name: 'raw BullMQ, delayed job', bytes: raw.delayedBytes },
    }),
    auditFigure('deferred', after),
    ...checkInFigures(latencies, raw.promotedMs),
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
