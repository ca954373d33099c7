import { test } from 'vitest';
import { loopResolutionMs, measureLoopDelay } from '../../shared/metrics/loop-delay.ts';
import { until } from '../fixtures/until.ts';

test('an event loop that has nothing to do is on time, and one that was held up is late', async () => {
  const delay = measureLoopDelay();
  try {
    // On a busy machine some seconds are late; the interval of the measurements is never counted.
    await until('it is on time', () => delay.meanMs() < loopResolutionMs / 2);
    const end = performance.now() + 20 * loopResolutionMs;
    while (performance.now() < end);
    await until('it is late', () => delay.meanMs() > loopResolutionMs);
  } finally {
    delay.stop();
  }
});
