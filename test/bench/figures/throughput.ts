import type { Bench } from '../bench.ts';
import { type Figure, figureOf } from '../figure.ts';
import { type RawKind, runRaw } from '../raw.ts';
import { rollOut, type Run } from '../rollout.ts';
import type { EndingStory } from '../stories.ts';

interface Pair {
  readonly story: EndingStory;
  readonly title: string;
  readonly limit: RawKind;
  /** Share of the raw limit that is aimed at. */
  readonly aim: number | null;
}

const allPairs: readonly Pair[] = [
  { story: 'free', title: 'free, without a restart', limit: 'no-op', aim: 0.35 },
  { story: 'restart', title: 'free, with one restart', limit: 'defer', aim: 0.35 },
  { story: 'defer', title: 'deferred once, then free', limit: 'defer', aim: null },
  { story: 'move', title: 'with a relocation', limit: 'defer', aim: null },
];

/**
 * Rounds of a raw limit and the upgrades beside it, taken in turns: other work of the machine hits
 * both.
 */
export async function throughput(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds, stories } = bench.options;
  const pairs = allPairs.filter(({ story }) => stories.length === 0 || stories.includes(story));
  const runs = new Map<string, Run[]>();
  const keep = (name: string, run: Run): void => void runs.set(name, [...(runs.get(name) ?? []), run]);
  await warmUp(bench, pairs);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { story, limit } of pairs) {
      keep(`${story}, limit`, await runRaw(bench, limit, size));
      keep(story, await rollOut(bench, story, story === 'move' ? Math.ceil(size / 4) : size));
    }
    bench.say(`throughput: round ${round} of ${rounds}`);
  }
  return pairs.flatMap((pair) =>
    figuresOf(pair, runs.get(pair.story) ?? [], runs.get(`${pair.story}, limit`) ?? []),
  );
}

/** What runs first pays for compiling: not counted. */
async function warmUp(bench: Bench, pairs: readonly Pair[]): Promise<void> {
  const few = Math.min(2_000, bench.options.size);
  for (const { story, limit } of pairs) {
    await runRaw(bench, limit, few);
    await rollOut(bench, story, few);
  }
}

const rawNames: Readonly<Record<RawKind, string>> = {
  'no-op': 'raw BullMQ, no-op jobs',
  defer: 'raw BullMQ, defer cycles',
};

function figuresOf({ title, limit, aim }: Pair, runs: readonly Run[], limits: readonly Run[]): Figure[] {
  const rate = figureOf({
    name: `upgrades ${title}`,
    unit: '1/s',
    runs: runs.map(({ perSecond }) => perSecond),
    limit: { name: rawNames[limit], runs: limits.map(({ perSecond }) => perSecond) },
    ...(aim === null ? {} : { aim: { text: `ratio >= ${aim}`, met: ({ ratio }) => ratio >= aim } }),
  });
  const cpu = (['redis', 'worker', 'orchestrator'] as const).map((process) =>
    figureOf({
      name: `${process} CPU per upgrade ${title}`,
      unit: 'us',
      runs: runs.map((run) => run.cpu[process]),
      limit: {
        name: process === 'orchestrator' ? 'raw BullMQ, adding' : rawNames[limit],
        runs: limits.map((run) => run.cpu[process]),
      },
    }),
  );
  return [rate, ...cpu];
}
