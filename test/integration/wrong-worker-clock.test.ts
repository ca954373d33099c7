import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { jobId, type JobData, queuePrefix } from '../../shared/queues/jobs.ts';
import type { Activation } from '../../shared/store/types.ts';
import { activate } from '../../workers/activation.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { testRedis } from '../environment/redis.ts';
import { workerContext } from '../fixtures/context.ts';
import { manualDispatcher } from '../fixtures/dispatchers.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const { url, prefix } = testRedis();
const hour = 3_600_000;
const connection = new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue<JobData>('upgrades', { connection, prefix: queuePrefix(prefix, 0) });
afterAll(async () => {
  await queue.close();
  connection.disconnect();
});

const activationOf = (client: string, dueAt = 0): Activation => ({
  key: { campaign: 'sp4', client },
  activation: 1,
  queue: 'upgrades',
  dueAt,
  shard: 0,
});

test('the delay of a job counts from the time that all processes share', async () => {
  const shared = Date.UTC(2026, 10, 17, 9);
  await using stack = new AsyncDisposableStack();
  const dispatcher = openDispatcher({ url, prefix, realNow: () => shared });
  stack.defer(() => dispatcher.close());
  await connection.ping();
  await dispatcher.add(activationOf('pc-one'), hour);
  await dispatcher.addAll([{ activation: activationOf('pc-many'), delayMs: hour }]);
  const score = async (client: string): Promise<number> =>
    Math.floor(Number(await connection.zscore(queue.toKey('delayed'), jobId(activationOf(client)))) / 0x1000);
  // BullMQ's score is the moment in milliseconds, with a number in its last 12 bits.
  expect([await score('pc-one'), await score('pc-many')]).toEqual([shared + hour, shared + hour]);
});

test('an overdue job that a slow clock still delays is made to wait; the others stay as they are', async () => {
  await using stack = new AsyncDisposableStack();
  const dispatcher = openDispatcher({ url, prefix, realNow: () => Date.now() + hour });
  stack.defer(() => dispatcher.close());
  await connection.ping();
  const overdue = Array.from({ length: 60 }, (_, at) => activationOf(`pc-${at}`));
  await dispatcher.addAll(overdue.map((activation) => ({ activation, delayMs: 1 })));
  const later = activationOf('pc-later', Date.now() + 2 * hour);
  await dispatcher.add(later, hour);
  expect(await dispatcher.withoutJob(overdue)).toEqual([]);
  const states = async (all: readonly Activation[]) =>
    Promise.all(all.map((each) => queue.getJobState(jobId(each))));
  expect(new Set(await states(overdue))).toEqual(new Set(['waiting']));
  expect(await states([later])).toEqual(['delayed']);
});

test.each([
  ['a little too early waits until it is due', 300, { end: 'rested', isUntouched: false, isDue: true }],
  ['an hour too early begins nothing', hour, { end: 'ignored', isUntouched: true, isDue: false }],
])('a job that comes %s', async (_what, earlyMs, expected) => {
  const store = createMemoryStore(() => Date.now());
  const key = { campaign: 'sp4', client: 'pc-1' };
  await openCampaign(store, { clients: [workstation(key.client)], at: systemClock.now() });
  const dueAt = systemClock.now() + earlyMs;
  const [admitted] = await store.admit('sp4', [{ client: 'pc-1', wave: 0, logonServer: 'LS-1' }], dueAt);
  // The gateway leads nowhere: the look fails, and the upgrade is deferred.
  const gateway = connectSimulatedGateway({ port: 1 });
  const context = workerContext({ store, dispatcher: manualDispatcher(), clock: systemClock, gateway });
  const number = admitted?.activation ?? 0;
  const end = await activate(context, key, number, 'upgrades', new AbortController().signal);
  await gateway.close();
  const stored = await store.readUpgrade(key);
  const isUntouched = stored?.index === 'due' && stored.activation === number;
  expect({ end, isUntouched, isDue: systemClock.now() >= dueAt }).toEqual(expected);
});
