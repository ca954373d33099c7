import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from '../../orchestrator/embedded-redis/processes.ts';
import { removeRun } from './remove-run.ts';

/** A run of tests, of a bench or of a lab that leaves nothing behind. */
export interface GuardedRun {
  /** Ends what is left of the run, and removes its folder. */
  readonly end: () => Promise<void>;
}

export interface GuardOptions {
  /** Where the run has its folder: that of temporary files unless told. */
  readonly home?: string;
  /** Data folders that stay; a private Redis ends that the run has started on one of them. */
  readonly keeps?: readonly string[];
}

const named = /^servpack-run-(\d+)-/;
const parentLookMs = 500;

/**
 * From here on every temporary file of this process and of its children lies in one folder:
 * TMPDIR. A guard waits for the end of this process, however it ends (Ctrl-C, SIGTERM, SIGKILL),
 * ends what was started with that TMPDIR and removes the folder. A folder that loses its guard too
 * is removed when the next run begins.
 */
export async function guardRun({ home = tmpdir(), keeps = [] }: GuardOptions = {}): Promise<GuardedRun> {
  await removeLeftovers(home);
  const folder = mkdtempSync(join(realpathSync(home), `servpack-run-${process.pid}-`));
  const guard = startGuard([folder, String(process.pid), ...keeps.map((keep) => resolve(keep))]);
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  endWithNpm();
  return { end: () => endGuard(guard) };
}

async function removeLeftovers(home: string): Promise<void> {
  for (const name of readdirSync(home)) {
    const owner = Number(named.exec(name)?.[1] ?? process.pid);
    if (!isAlive(owner)) await removeRun({ folder: join(realpathSync(home), name), owner, keeps: [] });
  }
}

/**
 * In a session of its own, so that Ctrl-C does not end it first; in an environment of its own, so
 * that it does not find itself.
 */
function startGuard(args: readonly string[]): ChildProcess {
  const script = join(import.meta.dirname, 'guard-process.ts');
  const guard = spawn(process.execPath, [script, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' },
  });
  guard.unref();
  return guard;
}

async function endGuard(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  const ended = new Promise((resolve) => guard.once('exit', resolve));
  guard.ref();
  guard.stdin?.end();
  await ended;
}

/** A SIGTERM that reaches npm ends npm and its shell, and is not passed on to this process. */
function endWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    // Once: a second signal would end this process while it stops what it has started.
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, parentLookMs).unref();
}
