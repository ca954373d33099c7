import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the thread of the orchestrator answers, in real milliseconds. */
export interface Pressure {
  delayMs(): number;
  stop(): void;
}

const windowMs = 1_000;

/**
 * Measures the delay of the event loop: the mean of the last whole second, so that one long step
 * sheds nothing.
 */
export function measurePressure(): Pressure {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    delayMs = histogram.count === 0 ? 0 : histogram.mean / 1e6;
    histogram.reset();
  }, windowMs).unref();
  return {
    delayMs: () => delayMs,
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
