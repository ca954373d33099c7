import type { Bench } from '../bench.ts';
import { createCampaign, importClients, type Rollout, startCampaign, untilThere } from '../campaign.ts';
import { type Figure, figureOf, percentile } from '../figure.ts';
import { empty, memoryOf, usedMemory } from '../memory.ts';
import { nextName } from '../rollout.ts';
import { clientName } from '../stories.ts';
import type { Looked } from '../worker-process.ts';
import { auditFigure, familyFigures, perClientFigure } from './bytes.ts';

/** Bytes per client while it waits and while it is deferred, and how soon one of so many deferred ones is looked at. */
export async function deferred(bench: Bench): Promise<readonly Figure[]> {
  const { clients } = bench.options;
  const rollout: Rollout = { name: nextName(), story: 'wait', clients };
  await empty(bench);
  const base = await usedMemory(bench);
  await importClients(bench, rollout);
  await createCampaign(bench, rollout);
  const waiting = await memoryOf(bench);
  bench.say(`deferred: ${clients} clients wait`);
  await startCampaign(bench, rollout);
  await untilThere(bench, rollout, (states) => states.deferred, clients);
  const resting = await memoryOf(bench);
  bench.say(`deferred: ${clients} clients are deferred`);
  const latencies = await checkInLatencies(bench, rollout);
  await empty(bench);
  return [
    perClientFigure('waiting', { memory: waiting, base, clients, atMost: 450 }),
    ...familyFigures('waiting', waiting, clients),
    perClientFigure('deferred', { memory: resting, base, clients, atMost: 1_200 }),
    ...familyFigures('deferred', resting, clients),
    auditFigure('deferred', resting),
    latencyFigure('p50', latencies, 50),
    latencyFigure('p99', latencies, 99),
  ];
}

const samplesAtMost = 1_000;

/** From before the request of the check-in until a worker has the lease and looks at the client, one after the other. */
async function checkInLatencies(
  { worker, operator }: Bench,
  { name, story, clients }: Rollout,
): Promise<readonly number[]> {
  let heard: (looked: Looked) => void = () => undefined;
  worker.onLook((looked) => heard(looked));
  worker.tell('all');
  const latencies: number[] = [];
  const samples = Math.min(samplesAtMost, clients);
  for (let sample = 0; sample < samples; sample += 1) {
    const client = clientName(story, name, Math.floor((sample * clients) / samples));
    const { promise, resolve } = Promise.withResolvers<bigint>();
    heard = (looked) => {
      if (looked.client === client) resolve(BigInt(looked.atNs));
    };
    const before = process.hrtime.bigint();
    await operator.ask('POST', `/v1/clients/${client}/checkin`, {});
    latencies.push(Number((await promise) - before) / 1e6);
  }
  worker.tell('nothing');
  return latencies;
}

const latencyFigure = (name: string, latencies: readonly number[], percent: number): Figure =>
  figureOf({
    name: `check-in until a worker looks, ${name}`,
    unit: 'ms',
    runs: [percentile(latencies, percent)],
    ...(percent === 99 ? { aim: { text: 'p99 < 15 ms', met: ({ value }) => value < 15 } } : {}),
  });
