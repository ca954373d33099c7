import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  /** Figures to take; empty = all. */
  readonly only: readonly string[];
  /** Size of the large campaign, which memory, start and pause are measured at. */
  readonly clients: number;
  /** Clients or jobs of one run of a throughput figure. */
  readonly size: number;
  /** How often each throughput figure is taken; the median counts. */
  readonly rounds: number;
  readonly json: string | null;
  /** Started with this in NODE_OPTIONS, so that the worker's profile can be taken. */
  readonly workerOptions: string;
}

interface Given {
  readonly only: string[];
  readonly clients: number;
  readonly size: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly json?: string;
  readonly workerOptions: string;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 5_000_000) return value;
  throw new InvalidArgumentError('expected a whole number from 1 to 5000000');
}

/** Reads the command line; prints help or the fault and ends the process when it is not one. */
export function readOptions(argv: readonly string[], names: readonly string[]): BenchOptions {
  const oneOf = (name: string, before: string[]): string[] => {
    if (names.includes(name)) return [...before, name];
    throw new InvalidArgumentError(`expected one of ${names.join(', ')}`);
  };
  const command = new Command('npm run bench --')
    .description('Measures servpack beside a bare BullMQ queue in the same Redis, in one run.')
    .option('--only <name>', `take this figure only, may be repeated: ${names.join(', ')}`, oneOf, [])
    .option('--clients <n>', 'size of the large campaign', whole, 1_000_000)
    .option('--size <n>', 'clients of one run of a throughput figure', whole, 20_000)
    .option('--rounds <n>', 'how often each throughput figure is taken', whole, 5)
    .option('--quick', 'small sizes and two rounds: whether it runs, not how fast', false)
    .option('--json <file>', 'write the figures as JSON too')
    .option('--worker-options <text>', 'NODE_OPTIONS of the worker processes, e.g. --cpu-prof', '');
  command.parse(argv, { from: 'user' });
  const { only, clients, size, rounds, quick, json, workerOptions } = command.opts<Given>();
  const sizes = quick
    ? { clients: Math.min(clients, 20_000), size: Math.min(size, 2_000), rounds: Math.min(rounds, 2) }
    : { clients, size, rounds };
  return { only, ...sizes, json: json ?? null, workerOptions };
}
