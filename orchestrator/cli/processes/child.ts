import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onStopSignals } from '../../../shared/stop-signals.ts';

const workerMain = join(import.meta.dirname, '../../../workers/main.ts');
const certifyMain = join(import.meta.dirname, '../../../workers/certify/main.ts');

/** Longer than a worker gives its running steps. */
const stopGraceMs = 15_000;
/** A service of a machine that is tried out has to be stopped, put back and started. */
const putBackGraceMs = 6 * 60_000;

/** A process that this one started and ends again. */
export interface Child {
  /** Its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to stop and waits until it has; kills it when it takes longer than it may. */
  stop(): Promise<void>;
}

/**
 * Starts a worker as a process of its own on the same terminal. It has a process group of its own,
 * so that it receives Ctrl-C once, from this process: a second signal would end it in the middle
 * of a step.
 */
export function startWorker(env: NodeJS.ProcessEnv): Child {
  const child = spawn(process.execPath, [workerMain], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return ending(child, stopGraceMs);
}

/**
 * Starts the process that tries a machine out, in a process group of its own as above.
 * @param hear receives each of its messages
 */
export function startCertify(env: NodeJS.ProcessEnv, order: string, hear: (message: unknown) => void): Child {
  const child = fork(certifyMain, [order], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', hear);
  return ending(child, putBackGraceMs);
}

function ending(child: ChildProcess, graceMs: number): Child {
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  return {
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      // Without Redis the process cannot close in order. The records say for the next worker what
      // it was doing.
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** Resolves at the first Ctrl-C or SIGTERM; see `onStopSignals` for those that follow. */
export const stopAsked = (say: (sentence: string) => void): Promise<void> =>
  new Promise((resolve) => onStopSignals(resolve, say));
