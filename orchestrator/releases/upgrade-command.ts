import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { UpgradeOutput } from './upgrade-output.ts';
import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { sha256 } from '../../shared/evidence.ts';

/** An upgrade command and its surroundings. Times are real time. */
export interface UpgradeCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** What the command reads from its standard input; left out = nothing. */
  readonly input?: string;
  readonly timeoutMs: number;
  /** Ends the command early, as the time-out does. */
  readonly signal?: AbortSignal;
}

/**
 * The proof that the command ran, kept with the release. `output` is stdout and stderr, at most
 * 16 KiB.
 */
export interface UpgradeEvidence {
  /** Null = the release has no upgrade command. */
  readonly exitCode: number | null;
  readonly output: string;
  /** SHA-256 of `output`. */
  readonly sha256: string;
}

type Child = ChildProcessByStdio<null | Writable, Readable, Readable>;

/** How a command ended. `exitCode` is -1 when it was killed. */
export type CommandEnd =
  | { readonly kind: 'notStarted'; readonly thrown: unknown }
  | {
      readonly kind: 'exited' | 'timedOut' | 'stopped';
      readonly exitCode: number;
      readonly killedBy: string | null;
    };

/** Real time that a pipe may stay open after the process group was killed. */
const drainMs = 1000;

/**
 * Runs the upgrade command, without a shell and in a process group of its own, and waits for its
 * end. Every process that the command started is killed with it, at the time-out and at its regular
 * end alike: no process may change the tree while its files are being read.
 * @returns the evidence; faults `upgradeNotStarted`, `upgradeTimedOut`, `upgradeStopped` and
 * `upgradeFailed` have the evidence in their cause
 */
export async function runUpgrade(run: UpgradeCommand): Promise<Result<UpgradeEvidence>> {
  const [program, ...args] = run.command;
  if (program === undefined) return err(fault('upgradeNotStarted', 'the upgrade command is empty'));
  const output = new UpgradeOutput();
  const ended = await ending(program, args, run, output);
  if (ended.kind === 'notStarted') return err(notStarted(program, ended.thrown));
  const evidence = evidenceOf(ended.exitCode, output);
  if (ended.kind === 'exited' && ended.exitCode === 0) return ok(evidence);
  return err(endedBadly(ended, { program, timeoutMs: run.timeoutMs, lastLine: output.lastLine() }, evidence));
}

/**
 * Runs a program without a shell and in a process group of its own, all of which ends with it or
 * at the time-out.
 * @param output what it writes to both streams
 * @param errors what it writes to its standard error alone, where that is asked for
 */
export function ending(
  program: string,
  args: string[],
  run: UpgradeCommand,
  output: UpgradeOutput,
  errors?: UpgradeOutput,
): Promise<CommandEnd> {
  const { cwd, env, timeoutMs, signal } = run;
  return new Promise((resolve) => {
    const child = spawned(program, args, cwd, env, run.input);
    if ('thrown' in child) return resolve({ kind: 'notStarted', thrown: child.thrown });
    const timeOut = AbortSignal.timeout(timeoutMs);
    const stop = signal === undefined ? timeOut : AbortSignal.any([timeOut, signal]);
    const kill = (): void => killGroup(child);
    stop.addEventListener('abort', kill, { once: true });
    if (stop.aborted) kill();
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      output.add(chunk);
      errors?.add(chunk);
    });
    child.on('error', (thrown) => resolve({ kind: 'notStarted', thrown }));
    child.on('exit', () => leaveNothingBehind(child));
    child.on('close', (code, killedBy) => {
      stop.removeEventListener('abort', kill);
      const byUs = stop.aborted && killedBy !== null;
      const kind = byUs ? (timeOut.aborted ? 'timedOut' : 'stopped') : 'exited';
      resolve({ kind, exitCode: code ?? -1, killedBy });
    });
  });
}

/** Some arguments make `spawn` throw instead of reporting an error. */
function spawned(
  program: string,
  args: string[],
  cwd: string,
  env: Readonly<NodeJS.ProcessEnv>,
  input: string | undefined,
): Child | { thrown: unknown } {
  const options = { cwd, env, detached: true } as const;
  try {
    if (input === undefined) return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    // A program that ends without reading its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return child;
  } catch (thrown) {
    return { thrown };
  }
}

/** Kills the group. A process that left it may still hold a pipe, which is closed after a while. */
function leaveNothingBehind(child: Child): void {
  killGroup(child);
  const closePipes = (): void => {
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const drained = setTimeout(closePipes, drainMs);
  child.on('close', () => clearTimeout(drained));
}

function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of the group is left.
  }
}

/** The evidence of a command that has ended. */
export function evidenceOf(exitCode: number | null, output: UpgradeOutput): UpgradeEvidence {
  const text = output.text();
  return { exitCode, output: text, sha256: sha256(text) };
}

/** What to do after every fault of an upgrade command. */
export const thenAgain = 'mend the cause, then stage the release again';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program (or its interpreter is missing)',
  EACCES: 'it is not executable',
  ENOEXEC: 'it is neither a program nor a script that begins with #!',
};

/** The fault of a command that could not be started. */
function notStarted(program: string, thrown: unknown): Fault {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const reason = reasons[code] ?? reasonOf(thrown);
  return fault(
    'upgradeNotStarted',
    `the upgrade command ${program} cannot be started: ${reason}; nothing is staged; ${thenAgain}`,
    thrown,
  );
}

/** The fault of a command that did not end with exit code 0. */
function endedBadly(
  { kind, exitCode, killedBy }: Exclude<CommandEnd, { kind: 'notStarted' }>,
  { program, timeoutMs, lastLine }: { program: string; timeoutMs: number; lastLine: string },
  evidence: unknown,
): Fault {
  const said = lastLine === '' ? '' : ` (its last words: ${lastLine})`;
  const because = (code: string, what: string): Fault =>
    fault(code, `the upgrade command ${program} ${what}${said}; nothing is staged; ${thenAgain}`, evidence);
  switch (kind) {
    case 'timedOut':
      return because('upgradeTimedOut', `did not end within ${timeoutMs / 1000} s and was killed`);
    case 'stopped':
      return because('upgradeStopped', 'was stopped before its end');
    case 'exited':
      return because(
        'upgradeFailed',
        killedBy === null ? `ended with exit code ${exitCode}` : `was killed by ${killedBy}`,
      );
  }
}
