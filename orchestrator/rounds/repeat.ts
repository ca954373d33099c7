import type { Logger } from 'pino';

/** One thing that the leader does again and again. */
export interface Round {
  readonly name: string;
  /** Real time from the end of one run to the beginning of the next. */
  readonly everyMs: number;
  run(): Promise<void>;
}

/** Something done again and again, one round after the other, never two at once. */
export interface Rounds {
  /** Waits for the round that runs; no other follows. */
  stop(): Promise<void>;
}

/**
 * Runs `round` every `everyMs` of real time after the one before has ended. A failing round is logged and tried again: an
 * orchestrator outlives a Redis that is away.
 */
export function repeat(
  name: string,
  everyMs: number | (() => number),
  round: () => Promise<unknown>,
  log: Logger,
): Rounds {
  const pauseMs = typeof everyMs === 'number' ? (): number => everyMs : everyMs;
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    try {
      await round();
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
