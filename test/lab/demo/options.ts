import { join } from 'node:path';
import { Command } from 'commander';
import { whole } from '../whole.ts';

export interface DemoOptions {
  readonly clients: number;
  readonly seed: string;
  /** Lab seconds per real second. */
  readonly speed: number;
  /** Leave everything running after the report. */
  readonly keep: boolean;
  readonly dataDir: string;
}

const root = join(import.meta.dirname, '../../..');

/** At this speed the five lab days of the slowest of 500 clients take some twenty seconds. */
const defaultSpeed = 20_000;

/** Reads the command line. For help or a fault it prints a text and ends the process. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('npm start --')
    .description(
      'Rolls a sample service pack out over a fleet of simulated NT clients, in the open, in about a minute.',
    )
    .option('--clients <n>', 'size of the fleet', whole(1, 20_000), 500)
    .option('--seed <text>', 'the same seed gives every client the same trait, and the same end', 'lab')
    .option('--speed <x>', 'lab seconds per real second', whole(1, 100_000), defaultSpeed)
    .option('--keep', 'leave everything running after the report, to look around with ./servpack', false)
    .option('--data <folder>', 'folder for Redis, logs and the staged release', join(root, '.servpack/lab'))
    .addHelpText('after', '\nExample:\n  npm start -- --clients 200 --seed 7 --keep\n');
  command.parse(argv, { from: 'user' });
  const { clients, seed, speed, keep, data } = command.opts<{
    clients: number;
    seed: string;
    speed: number;
    keep: boolean;
    data: string;
  }>();
  return { clients, seed, speed, keep, dataDir: data };
}

/** Settings of the caller that count in the lab, too. Hours are hours of the lab. */
export const passedOn = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    ['SERVPACK_FOUR_EYES', 'SERVPACK_FOUR_EYES_HOURS'].flatMap((name) => {
      const given = env[name];
      return given === undefined ? [] : [[name, given]];
    }),
  );
