import { Queue } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { everything, type News } from '../../orchestrator/rounds/news.ts';
import { runSchedules } from '../../orchestrator/rounds/run-schedules.ts';
import { openAlarms, schedulesQueue } from '../../orchestrator/schedules/alarms.ts';
import { type Clock, labClock } from '../../shared/clock.ts';
import type { Recurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry } from '../contract/store/fixtures.ts';
import { testRedis } from '../environment/redis.ts';
import { contextOver, testLog } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { until } from '../fixtures/until.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const nothing: News = { everything: false, campaigns: new Set(), clients: new Set() };
const createdAt = Date.UTC(2026, 10, 3, 23);
/** The first occurrence of both. */
const tuesday = Date.UTC(2026, 10, 10, 22);
const cron: Recurrence = { kind: 'cron', cron: '0 22 * * 2', zone: 'UTC' };
const rule: Recurrence = { kind: 'rule', rule: 'FREQ=MONTHLY;BYDAY=2TU', at: 22 * 60, zone: 'UTC' };

/** Its file cannot be read, so each occurrence is skipped, and says so. */
const scheduleOf = (name: string, recurrence: Recurrence): Schedule => ({
  schedule: name,
  file: `${name}.yaml`,
  text: 'no campaign',
  hash: 'x',
  recurrence,
  missed: 'run',
  createdAt,
  createdBy: 'anna',
  decidedTo: createdAt,
  past: [],
});

/** Policy time as if now were `at`, as fast as real time. */
const from = (at: number): Clock => labClock({ labAt: at, realAt: Date.now(), speed: 1 });

async function start(clock: Clock) {
  const place = testRedis();
  const store = unwrapped(await openRedisStore(place));
  const alarms = openAlarms({ ...place, clock, log: testLog() });
  const connection = openQueueConnection(place.url, 'producer');
  const queue = new Queue(schedulesQueue, { connection, prefix: queuePrefix(place.prefix, 0) });
  onTestFinished(async () => {
    await alarms.close();
    await queue.close();
    connection.disconnect();
    await store.close();
  });
  const calls: string[] = [];
  const context = contextOver(counted(store, calls), clock, keepingDispatcher([]));
  const round = runSchedules(alarms);
  const put = async (schedule: Schedule): Promise<boolean> =>
    store.commitSchedule(
      schedule.schedule,
      schedule,
      (await store.readSchedule(schedule.schedule))?.version ?? 0,
      entry(''),
    );
  const run = async (news: News): Promise<unknown> => round.run(context, news);
  const schedulers = async () =>
    (await queue.getJobSchedulers())
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, next }) => [key, policyOf(clock, next ?? 0)]);
  const past = async (name: string) => (await store.readSchedule(name))?.schedule.past ?? [];
  return { store, queue, calls, run, put, schedulers, past };
}

/** Policy time of a real moment, to the second. */
const policyOf = (clock: Clock, realAt: number): string =>
  new Date(Math.round((clock.now() + realAt - clock.realNow()) / 1_000) * 1_000).toISOString();

function counted(store: Store, calls: string[]): Store {
  return new Proxy(store, {
    get: (target, name, receiver) => {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        return found.apply(target, args) as unknown;
      };
    },
  });
}

test('BullMQ has one job scheduler for each schedule, in step with its record', async () => {
  const { run, put, store, schedulers } = await start(from(tuesday - 3_600_000));
  await put(scheduleOf('weekly', cron));
  await put(scheduleOf('monthly', rule));
  await run(everything);
  const at = '2026-11-10T22:00:00.000Z';
  expect(await schedulers()).toEqual([
    ['monthly', at],
    ['weekly', at],
  ]);
  await put({ ...scheduleOf('weekly', cron), paused: { by: 'anna', because: 'x', at: createdAt } });
  await put(scheduleOf('monthly', { ...rule, at: 23 * 60 }));
  await run(everything);
  expect(await schedulers()).toEqual([['monthly', '2026-11-10T23:00:00.000Z']]);
  await store.commitSchedule('monthly', null, 2, entry(''));
  await run(everything);
  expect(await schedulers()).toEqual([]);
});

test.for([
  ['cron', cron, '2026-11-17T22:00:00.000Z'],
  ['a rule', rule, '2026-12-08T22:00:00.000Z'],
] as const)(
  'the job of %s begins the occurrence without a round, and the next one is planned',
  async (given) => {
    const [, recurrence, next] = given;
    const { run, put, past, schedulers } = await start(from(tuesday - 1_000));
    await put(scheduleOf('patching', recurrence));
    await run(everything);
    expect(await past('patching')).toEqual([]);
    await until('the job has come', async () => (await past('patching')).length > 0);
    expect(await past('patching')).toMatchObject([{ at: tuesday, outcome: 'skipped' }]);
    expect(await schedulers()).toEqual([['patching', next]]);
  },
);

test('the round asks Redis nothing until five seconds after an occurrence that nothing triggered', async () => {
  const clock = { at: tuesday - 3_600_000 };
  const standing: Clock = { ...from(clock.at), now: () => clock.at };
  const { run, put, queue, past, calls, schedulers } = await start(standing);
  await put(scheduleOf('weekly', cron));
  await run(everything);
  await queue.obliterate({ force: true });
  expect(await schedulers()).toEqual([]);
  calls.length = 0;
  const client = { ...nothing, campaigns: new Set(['sp4']), clients: new Set(['sp4']) };
  for (const at of [tuesday - 1, tuesday, tuesday + 4_999]) {
    clock.at = at;
    await run(client);
    await run(nothing);
  }
  expect(calls).toEqual([]);
  clock.at = tuesday + 5_000;
  await run(nothing);
  expect(await past('weekly')).toMatchObject([{ at: tuesday, outcome: 'skipped' }]);
  // The job schedulers are back, for the occurrence to come.
  expect((await schedulers()).map(([name]) => name)).toEqual(['weekly']);
  await run(nothing);
  calls.length = 0;
  await run(nothing);
  expect(calls).toEqual([]);
});
