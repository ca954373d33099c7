import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { messageOf } from '../../shared/errors.ts';
import { type Bench, openBench } from './bench.ts';
import type { Figure } from './figure.ts';
import { large } from './figures/large.ts';
import { throughput } from './figures/throughput.ts';
import { workers } from './figures/workers.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { tableOf } from './table.ts';
import { concurrency } from './worker.ts';

const figures: Readonly<Record<string, (bench: Bench) => Promise<readonly Figure[]>>> = {
  throughput,
  workers,
  large,
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Ctrl-C must not leave a Redis or a worker behind: it ends the run, and the stack ends everything that was started. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      // A terminal tells all processes: what breaks from now on breaks because of it, and must not keep us from ending the rest.
      process.on('uncaughtException', () => undefined);
      reject(new Error('interrupted'));
    });
});

async function run(options: BenchOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  await Promise.race([measure(options, stack), interrupted]);
}

async function measure(options: BenchOptions, stack: AsyncDisposableStack): Promise<void> {
  const bench = await openBench(options, stack, say);
  const machine = await machineOf(bench);
  const taken: Figure[] = [];
  for (const [name, take] of Object.entries(figures)) {
    if (options.only.length === 0 || options.only.includes(name)) taken.push(...(await take(bench)));
  }
  process.stdout.write(`${tableOf(taken)}\n`);
  const { clients, sample, size, rounds } = options;
  const result = { machine, settings: { clients, sample, size, rounds, concurrency }, figures: taken };
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}

async function machineOf({ redis }: Bench) {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    node: process.version,
    redis: /^redis_version:(.*)\r$/m.exec(await redis.info('server'))?.[1] ?? 'unknown',
    /** What others did on the machine before the first figure. */
    loadBefore: loadavg()[0],
  };
}

try {
  await run(readOptions(process.argv.slice(2), Object.keys(figures)));
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  // A figure that was interrupted may still wait for something.
  process.exit(1);
}
