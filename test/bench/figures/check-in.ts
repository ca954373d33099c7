import type { Bench } from '../bench.ts';
import type { Rollout } from '../campaign.ts';
import { type Figure, figureOf, percentile } from '../figure.ts';
import { clientName } from '../stories.ts';
import type { Looked } from '../worker-process.ts';

export const samplesAtMost = 1_000;

/**
 * Milliseconds from before the request of the check-in until a worker has the lease and looks at
 * the client, one client after the other.
 */
export async function checkInLatencies(
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

/** @param raw from before a delayed job of a bare queue is promoted until it runs; ms */
export const checkInFigures = (latencies: readonly number[], raw: readonly number[]): readonly Figure[] =>
  [50, 99].map((percent) =>
    figureOf({
      name: `check-in until a worker looks, p${percent}`,
      unit: 'ms',
      runs: [percentile(latencies, percent)],
      limit: { name: `raw BullMQ, promoted until it runs, p${percent}`, runs: [percentile(raw, percent)] },
      ...(percent === 99 ? { aim: { text: 'p99 < 15 ms', met: ({ value }) => value < 15 } } : {}),
    }),
  );
