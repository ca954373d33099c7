import { Command, InvalidArgumentError } from 'commander';
import { whole } from '../whole.ts';
import { defaultBlock, defaultPort } from './lab.ts';

export interface WindowsLabOptions {
  readonly clients: number;
  /** Left out = the usual one, or another one where another lab has it. */
  readonly block?: string;
  readonly port: number;
  readonly readsShares: boolean;
  /** Builds the parts of clients, and no more. */
  readonly build: boolean;
}

function loopback(text: string): string {
  if (/^127(\.\d{1,3}){2}$/.test(text)) return text;
  throw new InvalidArgumentError('expected the first three numbers of loopback addresses, e.g. 127.0.88');
}

/** Reads the command line. For help or a fault it prints a text and ends the process. */
export function readOptions(argv: readonly string[]): WindowsLabOptions {
  const command = new Command('npm run lab:windows --')
    .description('Starts Windows clients made of Wine, each behind an sshd of its own, until Ctrl-C.')
    .option('--clients <n>', 'how many; each of the first thirteen has a trait of its own', whole(1, 100), 6)
    .option(
      '--block <addresses>',
      `clients are at .1, .2, … of it (default: ${defaultBlock}, or others where another lab has it)`,
      loopback,
    )
    .option('--port <n>', 'of every sshd', whole(1, 65_535), defaultPort)
    .option(
      '--reads-shares',
      'what ssh runs may read \\\\LS-PUN\\SMS_SHR: on Windows a key login may not',
      false,
    )
    .option('--build', 'build what clients are made from, and end', false)
    .addHelpText('after', '\nExit code 3: the lab cannot be built on this machine.\n');
  command.parse(argv, { from: 'user' });
  return command.opts<WindowsLabOptions>();
}
