import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onStopSignals } from '../../shared/stop-signals.ts';

const workerMain = join(import.meta.dirname, '../../workers/main.ts');

/** Longer than a worker gives its running steps. */
const stopGraceMs = 15_000;

/** A process that this one started and ends again. */
export interface Child {
  /** Its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to stop and waits until it has; kills it when it has not within 15 s. */
  stop(): Promise<void>;
}

/**
 * A worker as a process of its own; it talks to the same terminal. In a process group of its own, so that it hears of Ctrl-C once, from
 * us: the second time would end it in the middle of a step.
 */
export function startWorker(env: NodeJS.ProcessEnv): Child {
  const child = spawn(process.execPath, [workerMain], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  return {
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      // Without its Redis it can not even say goodbye there; what it was at stands in the record for the next one.
      const kill = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** Resolves at the first Ctrl-C or SIGTERM; see `onStopSignals` for those that follow. */
export const stopAsked = (say: (sentence: string) => void): Promise<void> =>
  new Promise((resolve) => onStopSignals(resolve, say));
