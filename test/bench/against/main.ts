import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { loadavg } from 'node:os';
import { Command, Option } from 'commander';
import { whole } from '../../lab/whole.ts';
import { type Figure, figureOf } from '../figure.ts';
import type { Run } from '../rollout.ts';
import { machineOf, runBench, say, writeResult } from '../run-bench.ts';
import { endingStories } from '../stories.ts';
import { tableOf } from '../table.ts';

interface Given {
  readonly rounds: number;
  readonly size: number;
  readonly story: string[];
  readonly json?: string;
}

/** What a version may cost in throughput, compared with an earlier one. */
const costAtMost = 0.03;

const here = resolve(import.meta.dirname, '../../..');

/** One version, open in a process of its own with a Redis of its own. */
interface Side {
  run(story: string, clients: number): Promise<Run>;
}

/** @param warmUp clients of a first campaign, which does not count */
async function openSide(folder: string, warmUp: number, stack: AsyncDisposableStack): Promise<Side> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'side.ts'), folder, String(warmUp)], {
    cwd: folder,
    // Compiled code is kept, as `./servpack` does.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'node_modules/.cache/servpack') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the bench of ${folder} has ended`);
    return value;
  };
  await next();
  return {
    run: async (story, clients) => {
      child.stdin.write(`${story} ${clients}\n`);
      return JSON.parse(await next()) as Run;
    },
  };
}

interface Pair {
  readonly before: Run;
  readonly now: Run;
}

/** The versions take turns in who begins. */
async function pairs(before: Side, now: Side, story: string, { rounds, size }: Given): Promise<Pair[]> {
  const found: Pair[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const first = await (isFirst ? before : now).run(story, size);
    const second = await (isFirst ? now : before).run(story, size);
    found.push(isFirst ? { before: first, now: second } : { before: second, now: first });
  }
  say(`${story}: ${rounds} pairs`);
  return found;
}

function figuresOf(story: string, all: readonly Pair[]): readonly Figure[] {
  const compared = (name: string, unit: string, of: (run: Run) => number) => ({
    name: `${story}: ${name}`,
    unit,
    runs: all.map(({ now }) => of(now)),
    limit: { name: 'the earlier version', runs: all.map(({ before }) => of(before)) },
  });
  return [
    figureOf({
      ...compared('upgrades', '1/s', ({ perSecond }) => perSecond),
      aim: { text: `ratio >= ${1 - costAtMost}`, met: ({ ratio }) => ratio >= 1 - costAtMost },
    }),
    figureOf(compared('CPU of Redis', 'us', ({ cpu }) => cpu.redis)),
    figureOf(compared('CPU of the worker', 'us', ({ cpu }) => cpu.worker)),
    figureOf(compared('CPU of the orchestrator', 'us', ({ cpu }) => cpu.orchestrator)),
  ];
}

const command = new Command('npm run bench:against --')
  .description('Compares the throughput of this version with that of an earlier one, in turns.')
  .argument('<folder>', 'a checkout of the earlier version, in which `node setup.mjs` was run')
  .option('--rounds <n>', 'pairs of campaigns of each story', whole(1, 1_000), 16)
  .option('--size <n>', 'clients of a campaign', whole(1, 1_000_000), 4_000)
  .addOption(new Option('--story <name...>', 'stories of the clients; left out = all').choices(endingStories))
  .option('--json <file>', 'write the figures as JSON too')
  .parse();
const given = command.opts<Given>();
const folder = resolve(command.args[0] ?? '');
if (!existsSync(join(folder, 'test/bench/rollout.ts')))
  command.error(`error: ${folder} is no checkout of servpack with a bench`);

await runBench('bench:against', async (stack) => {
  const loadBefore = loadavg()[0];
  const warmUp = Math.min(given.size, 2_000);
  const before = await openSide(folder, warmUp, stack);
  const now = await openSide(here, warmUp, stack);
  const taken: Figure[] = [];
  for (const story of given.story ?? endingStories)
    taken.push(...figuresOf(story, await pairs(before, now, story, given)));
  process.stdout.write(`${tableOf(taken)}\n`);
  const { rounds, size } = given;
  writeResult(given.json ?? null, {
    machine: { ...machineOf(), loadBefore },
    settings: { rounds, size },
    figures: taken,
  });
});
