import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { urlOf } from '../../lab/installation.ts';
import { type LabProcess, startProcess } from '../../lab/process.ts';
import type { Bench } from '../bench.ts';
import { type Figure, figureOf } from '../figure.ts';
import { rollOut } from '../rollout.ts';
import { cpuOf, memoryNowOf } from '../usage.ts';

const watchers = 200;
const stalled = 20;
const readsPerSecond = 100;
/** Share of the throughput that those who look on may cost. */
const costAtMost = 0.05;
/** More than what the garbage collector leaves lying from one run to the next. */
const growthAtMostMiB = 64;

interface Readers {
  readonly watchers: number;
  readonly stalled: number;
  readonly readsPerSecond: number;
}

/**
 * What it costs a campaign that 200 watch it and 100 requests a second read it, in turns with the
 * same campaign unseen; and what 20 readers that take nothing leave in the orchestrator's memory.
 * In operation readers have machines of their own. Here their process takes a share of the same
 * cores, so that a campaign is compared with what the cores without this share do unseen.
 */
export async function events(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds } = bench.options;
  const unseen: number[] = [];
  const seen: number[] = [];
  const left: number[] = [];
  const load: number[] = [];
  await rollOut(bench, 'free', Math.min(size, 2_000));
  for (let round = 1; round <= rounds; round += 1) {
    unseen.push((await rollOut(bench, 'free', size)).perSecond);
    const readers = await startReaders(bench, { watchers, stalled: 0, readsPerSecond });
    const [begun, used] = [performance.now(), cpuOf(readers.pid)];
    seen.push((await rollOut(bench, 'free', size)).perSecond);
    const share = (cpuOf(readers.pid) - used) / (performance.now() - begun) / availableParallelism();
    left.push((unseen.at(-1) ?? NaN) * (1 - share));
    await readers.stop();
    load.push(loadavg()[0] ?? NaN);
    bench.say(`events: round ${round} of ${rounds}`);
  }
  const readers = await startReaders(bench, { watchers: 0, stalled, readsPerSecond: 0 });
  await rollOut(bench, 'free', size);
  const before = memoryNowOf(bench.orchestrator.pid);
  const growth: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await rollOut(bench, 'free', size);
    growth.push(memoryNowOf(bench.orchestrator.pid) - before);
  }
  await readers.stop();
  return [
    figureOf({
      name: `upgrades while ${watchers} watch and ${readsPerSecond}/s read`,
      unit: '1/s',
      runs: seen,
      limit: { name: 'the same unseen', runs: unseen },
    }),
    figureOf({
      name: 'the same, without the cores that the readers themselves take',
      unit: '1/s',
      runs: seen,
      limit: { name: 'unseen, on the other cores', runs: left },
      aim: { text: `ratio >= ${1 - costAtMost}`, met: ({ ratio }) => ratio >= 1 - costAtMost },
    }),
    figureOf({
      name: `memory that the orchestrator gains with ${stalled} stalled readers`,
      unit: 'MiB',
      runs: growth,
      aim: { text: `<= ${growthAtMostMiB}`, met: ({ value }) => value <= growthAtMostMiB },
    }),
    figureOf({ name: 'load average of the machine meanwhile', unit: '', runs: load }),
  ];
}

async function startReaders({ installation, orchestrator }: Bench, readers: Readers): Promise<LabProcess> {
  const given = {
    ...readers,
    url: urlOf(orchestrator),
    token: readFileSync(join(installation.dataDir, 'token'), 'utf8').trim(),
    // The first campaign of this run.
    path: '/v1/campaigns/r1',
  };
  return startProcess({
    name: 'readers',
    args: [join(import.meta.dirname, '../reader-process.ts'), JSON.stringify(given)],
    env: {},
    logFile: join(installation.dataDir, 'readers.log'),
    readyWhen: 'readers are connected',
  });
}
