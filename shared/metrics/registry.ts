import { collectDefaultMetrics, Registry } from '@prometheus-io/client';
import { loopResolutionMs } from './loop-delay.ts';

/** The content type of the text format of Prometheus. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * The figures of Node itself, measured from the first call on: a process that nobody scrapes does
 * not measure them.
 */
export function openNodeFigures(): () => Promise<string> {
  let registry: Registry | null = null;
  return async () => {
    if (registry === null) {
      registry = new Registry();
      collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopResolutionMs });
    }
    return registry.metrics();
  };
}

/** Real milliseconds for which an answer is given again: many callers cost as much as one. */
const againMs = 1_000;

/** Answers with the parts in their order, and makes the text at most once a second. */
export function openText(parts: () => Promise<readonly string[]>): () => Promise<string> {
  let madeAt = -Infinity;
  let text: Promise<string> = Promise.resolve('');
  return async () => {
    if (performance.now() - madeAt >= againMs) {
      madeAt = performance.now();
      text = parts().then((made) => made.filter((part) => part !== '').join('\n'));
      text.catch(() => (madeAt = -Infinity));
    }
    return text;
  };
}
