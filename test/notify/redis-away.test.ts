import { expect, test } from 'vitest';
import { watchRedis } from '../../orchestrator/notify/watch-redis.ts';
import { testLog } from '../fixtures/context.ts';
import { until } from '../fixtures/until.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { webhookTo } from './notice-fixture.ts';
import { openReceiver, titlesOf } from './receiver.ts';

test('the process that led last says once that Redis does not answer, and once that it does again', async () => {
  await using receiver = await openReceiver();
  const memory = createMemoryStore(Date.now);
  let isAway = false;
  let looks = 0;
  const readTime = async (): Promise<number> => {
    looks += 1;
    if (isAway) throw new Error('Redis at 127.0.0.1:6379 does not answer');
    return memory.readTime();
  };
  const context = { store: { ...memory, readTime }, log: testLog() };
  const notifier = { settings: webhookTo(receiver.url), sending: { env: {}, hooks: null, now: Date.now } };
  const timing = { everyMs: 5, awayMs: 20 };
  const leads = watchRedis(context, notifier, () => true, timing);
  const follows = watchRedis(context, notifier, () => false, timing);
  await until('both have looked', () => looks > 4);
  isAway = true;
  receiver.answer(503);
  await until('several looks were in vain', () => looks > 40);
  receiver.answer(200);
  await until('a message comes', () => receiver.got.length > 0, 5);
  isAway = false;
  await until('the end comes', () => receiver.got.length > 1, 5);
  await Promise.all([leads.stop(), follows.stop()]);
  expect(titlesOf(receiver)).toEqual(['Redis does not answer', 'Redis answers again']);
  const [began, over] = receiver.got.map(({ body }) => JSON.parse(body));
  expect(over.data.ends).toMatchObject([{ type: 'redis.away', messages: [began.data.id] }]);
});
