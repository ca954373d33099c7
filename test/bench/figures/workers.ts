import type { Bench } from '../bench.ts';
import { type Figure, figureOf } from '../figure.ts';
import { runRaw } from '../raw.ts';
import { rollOut } from '../rollout.ts';
import { startBenchWorker } from '../worker.ts';

/** What a second worker process brings, to servpack and to a bare queue. */
export async function workers(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds, workerOptions } = bench.options;
  const one: number[] = [];
  const two: number[] = [];
  const raw: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const rawOne = await runRaw(bench, 'no-op', size);
    raw.push((await runRaw(bench, 'no-op', size, 2)).perSecond / rawOne.perSecond);
    one.push((await rollOut(bench, 'free', size)).perSecond);
    const second = await startBenchWorker(bench.installation, 'second worker', workerOptions);
    // Warm, as the first one is.
    await rollOut(bench, 'free', Math.min(size, 2_000));
    two.push((await rollOut(bench, 'free', size)).perSecond);
    await second.stop();
    bench.say(`workers: round ${round} of ${rounds}`);
  }
  return [
    figureOf({
      name: 'two worker processes, times the upgrades of one',
      unit: 'x',
      runs: two.map((rate, at) => rate / (one[at] ?? NaN)),
      limit: { name: 'raw BullMQ, two processes to one', runs: raw },
    }),
  ];
}
