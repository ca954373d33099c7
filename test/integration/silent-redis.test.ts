import { expect, test } from 'vitest';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';

test('an add to a Redis that takes commands and does not answer fails in time', async () => {
  const redis = await startPrivateRedis();
  const dispatcher = openDispatcher({ url: redis.url, prefix: 'silent' });
  const add = (activation: number): Promise<void> =>
    dispatcher.add(
      { key: { campaign: 'sp4', client: 'pc-1' }, shard: 0, activation, queue: 'upgrades', dueAt: 0 },
      0,
    );
  try {
    await expect.poll(() => add(1).then(() => 'added', String)).toBe('added');
    process.kill(redis.pid, 'SIGSTOP');
    await expect(add(2)).rejects.toThrow('Command timed out');
  } finally {
    process.kill(redis.pid, 'SIGCONT');
    await dispatcher.close();
    await redis.stop();
  }
});
