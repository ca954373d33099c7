import { expect, test } from 'vitest';
import { idleUse } from '../bench/idle.ts';

test('Redis sees fewer than five commands a second while 200 campaigns wait', async () => {
  const { commands, seconds } = await idleUse(200, 20_000);
  expect(commands).toBeLessThan(5 * seconds);
});
