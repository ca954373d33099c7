import type { Logger } from 'pino';
import type { LeaderContext } from '../context.ts';

/** One thing that the leader does again and again. Its state lives as long as the process. */
export interface Round {
  readonly name: string;
  /**
   * One run. What it changes carries the fence of the leader's present term.
   * @param context of the present term
   */
  run(context: LeaderContext): Promise<unknown>;
  /** Called in place of `run` while another orchestrator leads. */
  rest?(): void;
}

/** A function that is repeated, never two runs at once. */
export interface Repeated {
  /** Waits for the present run; no other follows. */
  stop(): Promise<void>;
}

/**
 * Runs `run` again and again, `everyMs` of real time after the run before has ended. A run that
 * fails is logged, once, and repeated: an orchestrator outlives a Redis that is unavailable.
 */
export function repeat(
  name: string,
  everyMs: number | (() => number),
  run: () => Promise<unknown>,
  log: Logger,
): Repeated {
  const pauseMs = typeof everyMs === 'number' ? (): number => everyMs : everyMs;
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    try {
      await run();
      if (failing) log.info({ round: name }, 'works again');
      failing = false;
    } catch (error) {
      if (!failing) log.error({ round: name, error }, 'failed; tries again');
      failing = true;
    }
    if (!stopped) timer = setTimeout(start, pauseMs());
  };
  const start = (): void => {
    running = next();
  };
  start();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
