import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { SmallOrchestrator } from './small-orchestrator.ts';

const main = join(import.meta.dirname, '../../orchestrator/cli/main.ts');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Runs it as another user of the machine, which only root may. */
  readonly uid?: number;
}

/** Runs the command line as an operator would, in a process of its own whose environment says nothing of this machine. */
export async function runCli(
  args: readonly string[],
  { env = {}, stdin = '', uid }: CliOptions = {},
): Promise<CliRun> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, NODE_NO_WARNINGS: '1', ...env },
    ...(uid === undefined ? {} : { uid }),
  });
  child.stdin.end(stdin);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The same against a small orchestrator, found by its URL and the token in its folder. */
export const runCliAt = (
  orchestrator: SmallOrchestrator,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliRun> =>
  runCli(args, {
    ...options,
    env: { SERVPACK_URL: orchestrator.url, SERVPACK_DATA: orchestrator.folder, ...options.env },
  });
