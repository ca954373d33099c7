import { expect, test } from 'vitest';
import { loopResolutionMs, measureLoopDelay } from '../../shared/metrics/loop-delay.ts';
import { patienceMs } from '../environment/patience.ts';

test('an event loop that is held up is late, and on time when it has nothing to do', async () => {
  const delay = measureLoopDelay();
  const poll = { timeout: patienceMs };
  try {
    await expect
      .poll(() => {
        const late = delay.meanMs();
        holdUp(5 * loopResolutionMs);
        return late;
      }, poll)
      .toBeGreaterThan(loopResolutionMs);
    // The interval of the measurements is never counted.
    await expect.poll(() => delay.meanMs(), poll).toBeLessThan(loopResolutionMs / 2);
  } finally {
    delay.stop();
  }
});

function holdUp(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
