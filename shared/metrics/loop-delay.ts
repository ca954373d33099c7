import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Real milliseconds between two measurements of the event loop: more would wake an idle process.
 * Node's histogram holds the times between two firings of a timer, so an idle loop reads this
 * interval (20.1 ms measured), and its delay is what is above it.
 */
export const loopResolutionMs = 20;

/** How late an event loop is, in real milliseconds. */
export interface LoopDelay {
  /** The mean since the last call; 0 = on time, or not measured yet. */
  meanMs(): number;
  stop(): void;
}

/**
 * Measures the delay of the event loop of this thread. The histogram is never reset: that would
 * lose the measurement under way, which is the long one when the loop was held up.
 */
export function measureLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  histogram.enable();
  let [count, sum] = [0, 0];
  return {
    meanMs: () => {
      const before = { count, sum };
      count = histogram.count;
      sum = count === 0 ? 0 : (histogram.mean / 1e6) * count;
      if (count === before.count) return 0;
      return Math.max(0, (sum - before.sum) / (count - before.count) - loopResolutionMs);
    },
    stop: () => histogram.disable(),
  };
}
