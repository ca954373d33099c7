import { execFile } from 'node:child_process';
import { err, fault, ok, type Result } from '../../shared/errors.ts';

export interface CommandSettings {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Real milliseconds, after which the command is killed. */
  readonly deadlineMs: number;
}

/**
 * Runs one command to its end; the value is its stdout, the fault's message its last line of
 * stderr.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { deadlineMs, ...settings }: CommandSettings,
): Promise<Result<string>> {
  const options = {
    ...settings,
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 2 ** 20,
  } as const;
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(ok(stdout));
      else resolve(err(fault('command-failed', reason(error, stderr, deadlineMs), error)));
    });
  });
}

function reason(error: Error & { killed?: boolean }, stderr: string, deadlineMs: number): string {
  if (error.killed === true) return `no end within ${deadlineMs / 1000} s`;
  return stderr.trim().split('\n').at(-1)?.trim() || error.message;
}
