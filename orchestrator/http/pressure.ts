import { measureLoopDelay } from '../../shared/metrics/loop-delay.ts';

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
  const delay = measureLoopDelay();
  let delayMs = 0;
  const timer = setInterval(() => {
    delayMs = delay.meanMs();
  }, windowMs).unref();
  return {
    delayMs: () => delayMs,
    stop: () => {
      clearInterval(timer);
      delay.stop();
    },
  };
}
