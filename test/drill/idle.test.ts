import { expect, test } from 'vitest';
import { idleUse } from '../bench/idle.ts';

test('Redis sees fewer than five commands a second while 200 campaigns and five schedules wait', async () => {
  // A minute: what comes round once in a minute is in it once.
  const { commands, seconds, byName } = await idleUse(200, 60_000);
  console.info(`${(commands / seconds).toFixed(1)} commands a second`, byName);
  expect(commands).toBeLessThan(5 * seconds);
});
