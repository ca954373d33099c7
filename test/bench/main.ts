import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type Bench, openBench } from './bench.ts';
import type { Figure } from './figure.ts';
import { events } from './figures/events.ts';
import { forecast } from './figures/forecast.ts';
import { large } from './figures/large.ts';
import { surface } from './figures/surface.ts';
import { throughput } from './figures/throughput.ts';
import { workers } from './figures/workers.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { machineOf, runBench, say, writeResult } from './run-bench.ts';
import { tableOf } from './table.ts';
import { concurrency } from './worker.ts';

const figures: Readonly<Record<string, (bench: Bench) => Promise<readonly Figure[]>>> = {
  throughput,
  workers,
  forecast,
  events,
  large,
  surface,
};

async function measure(options: BenchOptions, stack: AsyncDisposableStack): Promise<void> {
  // What others did on the machine before the first figure.
  const loadBefore = loadavg()[0];
  const bench = await openBench(options, stack, say);
  const machine = { ...machineOf(), redis: await redisVersion(bench), loadBefore };
  const taken: Figure[] = [];
  for (const [name, take] of Object.entries(figures)) {
    if (options.only.length === 0 || options.only.includes(name)) taken.push(...(await take(bench)));
  }
  process.stdout.write(`${tableOf(taken)}\n`);
  const { clients, sample, size, rounds } = options;
  writeResult(options.json, {
    machine,
    settings: { clients, sample, size, rounds, concurrency },
    figures: taken,
  });
}

const redisVersion = async ({ redis }: Bench): Promise<string> =>
  /^redis_version:(.*)\r$/m.exec(await redis.info('server'))?.[1] ?? 'unknown';

const options = readOptions(process.argv.slice(2), Object.keys(figures));
// On the disk of the checkout, as a Redis in use: temporary files may lie in memory.
const home = join(import.meta.dirname, '../../.servpack');
mkdirSync(home, { recursive: true });
await runBench('bench', (stack) => measure(options, stack), { home });
