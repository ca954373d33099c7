import type { Logger } from 'pino';
import type { LeaderContext } from '../context.ts';
import type { News } from './news.ts';

/** One thing that the leader does again and again. Its state lives as long as the process. */
export interface Round {
  readonly name: string;
  /** It looks at campaigns one by one, so the safety walk feeds it. */
  readonly isPerCampaign?: true;
  /**
   * One run. What it changes carries the fence of the leader's present term. Without news, and
   * when no moment of its own has come, it asks Redis nothing.
   * @param context of the present term
   * @param news what has changed since the run before; left out = everything
   */
  run(context: LeaderContext, news?: News): Promise<unknown>;
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
