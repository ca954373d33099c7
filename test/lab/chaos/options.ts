import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { whole } from '../whole.ts';

export interface ChaosOptions {
  /** Strokes against processes; deletions of all jobs and pauses are added to them. */
  readonly kills: number;
  readonly clients: number;
  /** Decides moments, targets, signals, durations, and the fleet. */
  readonly seed: string;
  readonly workers: number;
  readonly orchestrators: number;
  /** Shards of the store. */
  readonly shards: number;
  /** Lab seconds per real second; 0 = chosen so that the campaign lasts longer than the plan. */
  readonly speed: number;
  /** Mean real milliseconds between two strokes. */
  readonly gapMs: number;
  /** Share of the gateway calls that fail in some way. */
  readonly faults: number;
  /** An existing Redis, which is not struck; null = a Redis of this run. */
  readonly url: string | null;
  /**
   * Real seconds after the last stroke: when no client settles for so long, the campaign is given
   * up.
   */
  readonly deadlineS: number;
  readonly dataDir: string;
}

const root = join(import.meta.dirname, '../../..');

/** The slowest client needs about five lab days: its offline time, then a working day. */
const campaignNeedsMs = 5 * 24 * 3_600_000;
const speedAtMost = 20_000;

function rate(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 0.2) return value;
  throw new InvalidArgumentError('expected a share from 0 to 0.2');
}

interface Flags extends Omit<ChaosOptions, 'gapMs' | 'deadlineS' | 'dataDir' | 'url'> {
  readonly gap: number;
  readonly deadline: number;
  readonly data: string;
  readonly url?: string;
}

/** Reads the command line. For help or a fault it prints a text and ends the process. */
export function readOptions(argv: readonly string[]): ChaosOptions {
  const command = new Command('npm run test:chaos --')
    .description(
      'Runs a campaign over a lab fleet while processes are killed, frozen and restarted by a seeded plan, and ' +
        'judges the end by what really is on the machines and in Redis. Exit code 1 when anything is not right.',
    )
    .option('--kills <n>', 'strokes against processes', whole(0, 10_000), 30)
    .option('--clients <n>', 'size of the fleet', whole(1, 100_000), 400)
    .option('--seed <text>', 'decides the plan and the fleet', '1')
    .option('--workers <n>', 'worker processes', whole(1, 20), 3)
    .option('--orchestrators <n>', 'orchestrator processes', whole(1, 5), 2)
    .option('--shards <n>', 'shards of the store', whole(1, 32), 1)
    .option(
      '--speed <x>',
      'lab seconds per real second (default: the campaign outlasts the plan)',
      whole(1, 100_000),
      0,
    )
    .option('--faults <rate>', 'share of gateway calls with which something goes wrong', rate, 0)
    .option('--gap <ms>', 'mean real time between two strokes', whole(100, 60_000), 1_100)
    .option('--url <redis-url>', 'a Redis that is there; it is not struck itself')
    .option('--deadline <s>', 'after the last stroke: for how long nobody may settle', whole(1, 7_200), 120)
    .option('--data <folder>', 'folder for Redis, logs and the staged release', join(root, '.servpack/chaos'))
    .addHelpText('after', '\nExample:\n  npm run test:chaos -- --kills 300 --clients 5000 --seed 7\n');
  command.parse(argv, { from: 'user' });
  const { gap, deadline, data, url, ...flags } = command.opts<Flags>();
  return { ...flags, gapMs: gap, deadlineS: deadline, dataDir: join(data, 'run'), url: url ?? null };
}

/** The chosen speed, or a speed at which the campaign is about as long as the plan. */
export const speedOf = ({ speed, kills, gapMs }: ChaosOptions): number =>
  speed > 0 ? speed : Math.min(speedAtMost, Math.round(campaignNeedsMs / Math.max(1, kills * gapMs)));

/** The command that starts the same plan on the same fleet again. */
export const replayOf = (options: ChaosOptions): string =>
  [
    'npm run test:chaos --',
    `--kills ${options.kills} --clients ${options.clients} --seed ${options.seed}`,
    `--workers ${options.workers} --orchestrators ${options.orchestrators} --shards ${options.shards}`,
    `--faults ${options.faults} --gap ${options.gapMs} --speed ${speedOf(options)}`,
    ...(options.url === null ? [] : ['--url …']),
  ].join(' ');
