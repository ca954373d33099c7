import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

import { err, fault, ok } from '../../shared/errors.ts';
import type { Result } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import { endedBadly, notStarted } from './upgrade-ending.ts';
import type { Ending } from './upgrade-ending.ts';
import { UpgradeOutput } from './upgrade-output.ts';

/** What the upgrade command is run with. Times are real time. */
export interface UpgradeCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the command early, as the time-out does. */
  readonly signal?: AbortSignal;
}

/** The proof that it ran, kept with the release. `output` is stdout and stderr, at most 16 KiB. */
export interface UpgradeEvidence {
  readonly exitCode: number;
  readonly output: string;
  /** SHA-256 of `output`. */
  readonly sha256: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** How long a pipe may stay open after everything that could write into it was killed. */
const drainMs = 1000;

/**
 * Runs the upgrade command, without a shell and in a process group of its own, and waits for its
 * end. Its whole group is killed with it, at the time-out and at its regular end alike: no process
 * may change the tree while its files are being read. Faults: `upgradeNotStarted`,
 * `upgradeTimedOut`, `upgradeStopped`, `upgradeFailed`; the evidence is in their cause.
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

function ending(
  program: string,
  args: string[],
  run: UpgradeCommand,
  output: UpgradeOutput,
): Promise<Ending> {
  const { cwd, env, timeoutMs, signal } = run;
  return new Promise((resolve) => {
    const child = spawned(program, args, cwd, env);
    if ('thrown' in child) return resolve({ kind: 'notStarted', thrown: child.thrown });
    const timeOut = AbortSignal.timeout(timeoutMs);
    const stop = signal === undefined ? timeOut : AbortSignal.any([timeOut, signal]);
    const kill = (): void => killGroup(child);
    stop.addEventListener('abort', kill, { once: true });
    if (stop.aborted) kill();
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
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
  env: Readonly<Record<string, string>>,
): Child | { thrown: unknown } {
  try {
    return spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (thrown) {
    return { thrown };
  }
}

/** A process that left the group may still hold a pipe; it is not worth waiting for. */
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

function evidenceOf(exitCode: number, output: UpgradeOutput): UpgradeEvidence {
  const text = output.text();
  return { exitCode, output: text, sha256: sha256(text) };
}
