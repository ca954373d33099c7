import { Command, InvalidArgumentError } from 'commander';
import { whole } from '../lab/whole.ts';
import { type EndingStory, endingStories } from './stories.ts';

export interface BenchOptions {
  /** Figures to take; empty = all. */
  readonly only: readonly string[];
  /** Size of the large campaign, which memory, start and pause are measured at. */
  readonly clients: number;
  /**
   * So many clients of the large campaign are brought to their end, and so many more deferred, to
   * weigh them.
   */
  readonly sample: number;
  /** Clients or jobs of one run of a throughput figure. */
  readonly size: number;
  /** How often each throughput figure is taken; the median counts. */
  readonly rounds: number;
  /** Stories of the throughput figures; empty = all. */
  readonly stories: readonly EndingStory[];
  /** For so long 20 readers take nothing of the events, and nobody else looks on; 0 = briefly. */
  readonly stalledMinutes: number;
  readonly json: string | null;
  /** Started with this in NODE_OPTIONS, so that a profile can be taken. */
  readonly workerOptions: string;
  readonly orchestratorOptions: string;
}

interface Given {
  readonly only: string[];
  readonly clients: number;
  readonly sample: number;
  readonly size: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly story: EndingStory[];
  readonly stalledMinutes: number;
  readonly json?: string;
  readonly workerOptions: string;
  readonly orchestratorOptions: string;
}

const amount = whole(1, 5_000_000);

/** Collects the values of an option that may be repeated. */
const oneOf =
  <T extends string>(names: readonly T[]) =>
  (name: string, before: T[]): T[] => {
    const found = names.find((each) => each === name);
    if (found !== undefined) return [...before, found];
    throw new InvalidArgumentError(`expected one of ${names.join(', ')}`);
  };

/** Reads the command line; prints help or the fault and ends the process when it is not one. */
export function readOptions(argv: readonly string[], names: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures servpack beside a bare BullMQ queue in the same Redis, in one run.')
    .option('--only <name>', `take this figure only, may be repeated: ${names.join(', ')}`, oneOf(names), [])
    .option('--story <name>', 'throughput of this story only, may be repeated', oneOf(endingStories), [])
    .option('--clients <n>', 'size of the large campaign', amount, 1_000_000)
    .option('--sample <n>', 'clients of the large campaign that are settled, and deferred', amount, 50_000)
    .option('--size <n>', 'clients of one run of a throughput figure', amount, 10_000)
    .option('--rounds <n>', 'how often each figure is taken that is taken in turns', amount, 3)
    .option('--stalled-minutes <n>', 'events: only readers that take nothing, for so long', amount, 0)
    .option('--quick', 'small sizes and two rounds: whether it runs, not how fast', false)
    .option('--json <file>', 'write the figures as JSON too')
    .option('--worker-options <text>', 'NODE_OPTIONS of the worker processes, e.g. --cpu-prof', '')
    .option('--orchestrator-options <text>', 'NODE_OPTIONS of the orchestrator', '');
  command.parse(argv, { from: 'user' });
  const { clients, sample, size, rounds, quick, json, story, ...given } = command.opts<Given>();
  const sizes = quick
    ? {
        clients: Math.min(clients, 20_000),
        sample: Math.min(sample, 2_000),
        size: Math.min(size, 2_000),
        rounds: Math.min(rounds, 2),
      }
    : { clients, sample, size, rounds };
  return { ...given, ...sizes, stories: story, json: json ?? null };
}
