import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { testRedis } from '../environment/redis.ts';
import type { Activation } from '../../shared/store/types.ts';

const { url, prefix } = testRedis();
const dispatcher = openDispatcher({ url, prefix });
const connection = new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue('upgrades', { connection, prefix: queuePrefix(prefix, 0) });
afterAll(async () => {
  await Promise.all([dispatcher.close(), queue.close()]);
  connection.disconnect();
});

const activationOf = (client: string): Activation => ({
  key: { campaign: 'sp4', client },
  activation: 1,
  queue: 'upgrades',
  dueAt: 0,
  shard: 0,
});

test('a job whose list was deleted under it is added again; one that waits keeps its place', async () => {
  const [lost, waits] = [activationOf('pc-lost'), activationOf('pc-waits')];
  await connection.ping();
  await dispatcher.add(lost, 0);
  await connection.unlink(`${queuePrefix(prefix, 0)}:upgrades:wait`);
  await dispatcher.add(waits, 0);
  await dispatcher.add(lost, 0);
  // The job itself still exists, in no list, and absorbs every attempt to add it.
  expect(await queue.getJobState('sp4.pc-lost.1')).toBe('unknown');

  expect(await dispatcher.withoutJob([lost, waits, activationOf('pc-new')])).toEqual([
    lost,
    activationOf('pc-new'),
  ]);
  await dispatcher.add(lost, 0);
  const waiting = await queue.getWaiting();
  expect(waiting.map(({ id }) => id)).toEqual(['sp4.pc-waits.1', 'sp4.pc-lost.1']);
});
