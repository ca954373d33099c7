import { Command } from 'commander';
import { whole } from '../../lab/whole.ts';

export interface SshBenchOptions {
  readonly clients: number;
  /** Each measures every side once, in turns; the median counts. */
  readonly rounds: number;
  /** Clients that a side works on at once; forks of Ansible. */
  readonly concurrency: number;
  readonly json: string | null;
  readonly ansible: boolean;
  /** NODE_OPTIONS of the processes, so that a profile can be taken. */
  readonly workerOptions: string;
  readonly bareOptions: string;
  readonly serverOptions: string;
}

const amount = whole(1, 2_000);

/** Reads the command line; prints help or the fault and ends the process when it is not one. */
export function readOptions(argv: readonly string[]): SshBenchOptions {
  const command = new Command('npm run bench:ssh --')
    .description(
      'Measures upgrades over SSH beside a bare ssh2 loop and beside Ansible, on the same servers, in one run.',
    )
    .option('--clients <n>', 'SSH servers, each a client of its own', amount, 200)
    .option('--rounds <n>', 'how often each side is measured; the median counts', amount, 3)
    .option('--concurrency <n>', 'clients worked on at once, on every side', amount, 50)
    .option('--no-ansible', 'leave Ansible out')
    .option('--json <file>', 'write the figures as JSON too')
    .option('--worker-options <text>', 'NODE_OPTIONS of the worker, e.g. --cpu-prof', '')
    .option('--bare-options <text>', 'NODE_OPTIONS of the bare loop', '')
    .option('--server-options <text>', 'NODE_OPTIONS of the SSH servers', '');
  command.parse(argv, { from: 'user' });
  const { json, ...given } = command.opts<Omit<SshBenchOptions, 'json'> & { readonly json?: string }>();
  return { ...given, json: json ?? null };
}
