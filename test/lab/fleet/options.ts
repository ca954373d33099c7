import { Command, InvalidArgumentError, Option } from 'commander';
import { whole } from '../whole.ts';
import { defaultComponents } from './read-release.ts';
import { type TraitSet, traitSets } from '../../../orchestrator/simulation/machines/traits.ts';

export interface FleetOptions {
  readonly fleet: string;
  readonly release: string;
  readonly components: string;
  /** The file of a product profile; left out = SMS 1.2. */
  readonly profile?: string;
  readonly seed: string;
  readonly host: string;
  readonly port: number;
  readonly traits?: TraitSet;
  readonly faults: number;
  readonly latencyMs: number;
  readonly checkinUrl?: string;
  readonly checkinTokenFile?: string;
  readonly readyFile?: string;
}

const share = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a number from 0 to 1');
};

/** Reads the command line. For help or a fault it prints a text and ends the process. */
export function readFleetOptions(argv: readonly string[]): FleetOptions {
  const command = new Command('npm run lab:fleet --')
    .description(
      'Simulates the clients of a fleet file, until Ctrl-C. Workers with SERVPACK_GATEWAY=simulated:PORT reach them.',
    )
    .option('--fleet <file>', 'the clients: a file as "servpack fleet export" prints it', 'fleet.csv')
    .option('--release <folder>', 'the staged tree of the release', '.')
    .option('--components <folder>', 'where in the tree the component files are', defaultComponents)
    .option('--profile <file>', 'product profile of route push: every client has this product, not SMS 1.2')
    .option('--seed <text>', 'the same seed gives every client the same trait', 'lab')
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--port <n>', 'where it listens; 0 chooses a free port', whole(0, 65_535), 0)
    .addOption(
      new Option('--traits <set>', 'which troubles the clients have (default: usual; product with --profile)') //
        .choices(traitSets),
    )
    .option('--faults <share>', 'so many of the calls fail, from 0 to 1', share, 0)
    .option('--latency-ms <n>', 'real milliseconds that every call takes', whole(0, 600_000), 0)
    .option('--checkin-url <url>', 'where logon scripts report in')
    .option('--checkin-token-file <file>', 'file with the token for these reports')
    .option('--ready-file <file>', 'written when the fleet listens')
    .addHelpText(
      'after',
      '\nEnvironment:\n  SERVPACK_LAB_CLOCK  lab time, the same as of the orchestrator and its workers' +
        '\n\nExample:\n  npm run lab:fleet -- --port 7400 --fleet files/fleet.csv --release files/release/logon.srv\n',
    );
  command.parse(argv, { from: 'user' });
  return command.opts<FleetOptions>();
}
