import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onStopSignals } from '../../../shared/stop-signals.ts';

const workerMain = join(import.meta.dirname, '../../../workers/main.ts');
const certifyMain = join(import.meta.dirname, '../../../workers/certify/main.ts');

/** A worker gives its running steps less time than this. */
const stopGraceMs = 15_000;
/** `certify` may have to stop a service, restore it and start it again. */
const restoreGraceMs = 6 * 60_000;

/** A process that this process has started and will stop. */
export interface Child {
  /** Its process id; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks the process to stop and waits for its end. Kills it after its time limit. */
  stop(): Promise<void>;
}

/**
 * Starts a worker as a process of its own on the same terminal. It has its own process group, so
 * that it receives one Ctrl-C only, from this process: a second signal would end it in the middle
 * of a step. Its channel to this process closes when this process is killed: then it stops, too.
 */
export function startWorker(env: NodeJS.ProcessEnv): Child {
  const child = spawn(process.execPath, [workerMain], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return stoppable(child, stopGraceMs);
}

/**
 * Starts the process that tests a machine, in its own process group for the same reason.
 * @param onMessage receives each message of the process
 */
export function startCertify(
  env: NodeJS.ProcessEnv,
  order: string,
  onMessage: (message: unknown) => void,
): Child {
  const child = fork(certifyMain, [order], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', onMessage);
  return stoppable(child, restoreGraceMs);
}

function stoppable(child: ChildProcess, graceMs: number): Child {
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  return {
    pid: child.pid,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      // Without Redis the process cannot close in order. The records tell the next worker what it
      // was doing.
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** Resolves at the first Ctrl-C or SIGTERM; see `onStopSignals` for later ones. */
export const stopRequested = (say: (sentence: string) => void): Promise<void> =>
  new Promise((resolve) => onStopSignals(resolve, say));
