import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Bench } from '../bench.ts';
import type { BenchOptions } from '../options.ts';
import type { rollOut } from '../rollout.ts';
import { runBench, say } from '../run-bench.ts';
import type { EndingStory } from '../stories.ts';

/**
 * One version in a comparison: opens the bench of a checkout, and runs a campaign for each line
 * `STORY CLIENTS` of its input. It answers with the run as a line of JSON, `ready` comes first.
 * Usage: node test/bench/against/side.ts FOLDER WARM-UP
 */
const [folder = '.', warmUp] = process.argv.slice(2);

/** What the bench of every version since the first throughput figure has. */
interface BenchOfVersion {
  openBench(options: BenchOptions, stack: AsyncDisposableStack, say: () => void): Promise<Bench>;
  readOptions(argv: readonly string[], names: readonly string[]): BenchOptions;
  rollOut: typeof rollOut;
}

const from = async (file: string): Promise<Partial<BenchOfVersion>> =>
  (await import(pathToFileURL(join(folder, 'test/bench', file)).href)) as Partial<BenchOfVersion>;

async function benchOf(): Promise<BenchOfVersion> {
  const { openBench } = await from('bench.ts');
  const { readOptions } = await from('options.ts');
  const { rollOut: roll } = await from('rollout.ts');
  if (openBench === undefined || readOptions === undefined || roll === undefined)
    throw new Error(`${folder} has no bench that can be compared`);
  return { openBench, readOptions, rollOut: roll };
}

await runBench(`bench of ${folder}`, async (stack) => {
  const version = await benchOf();
  const bench = await version.openBench(version.readOptions([], ['throughput']), stack, () => undefined);
  // A first campaign does not count: afterwards code is compiled, and connections are open.
  await version.rollOut(bench, 'free', Number(warmUp));
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [story, clients] = line.split(' ');
    const run = await version.rollOut(bench, story as EndingStory, Number(clients));
    process.stdout.write(`${JSON.stringify(run)}\n`);
  }
  say(`${folder}: done`);
});
