import { Worker } from 'bullmq';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { readConfig } from '../../shared/config.ts';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { runWorker } from '../../workers/main.ts';
import { openTestStore } from '../contract/store/redis.ts';
import { componentNames } from '../lab/staged-tree.ts';
import { openCampaign, patient, smsRelease } from './one-client.ts';
import { unwrapped } from './unwrapped.ts';

/** The first check of a new worker marks the job, the next one 5 s later finds it. */
const checkedTwiceMs = 12_000;

test('the job of a worker that died before it began is removed and not run, so the sweep misses it', async () => {
  await using stack = new AsyncDisposableStack();
  const { store, url, prefix } = await openTestStore();
  stack.defer(() => store.close());
  const client = 'pc-1';
  await openCampaign(store, client, smsRelease(componentNames), patient, systemClock.now());
  const [admitted] = await store.admit('sp4', [{ client, wave: 0, logonServer: 'LS-1' }], systemClock.now());
  if (admitted === undefined) throw new Error('not admitted');
  const dispatcher = openDispatcher({ url, prefix });
  stack.defer(() => dispatcher.close());
  await dispatcher.add(admitted, 0);

  // A worker that takes the job and never answers again.
  const connection = openQueueConnection(url, 'worker');
  stack.defer(() => connection.disconnect());
  const lost = new Worker('upgrades', null, {
    connection,
    prefix: queuePrefix(prefix, admitted.shard),
    lockDuration: 100,
    skipLockRenewal: true,
    skipStalledCheck: true,
  });
  stack.defer(() => lost.close(true));
  expect((await lost.getNextJob('lost'))?.id).toBe('sp4.pc-1.1');
  // The job is in the active list, so the sweep takes it for a job that runs.
  expect(await dispatcher.withoutJob([admitted])).toEqual([]);

  const lines: { msg: string; job?: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const config = unwrapped(
    readConfig({ REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_GATEWAY: 'simulated:1' }),
  );
  const worker = await runWorker(config, log, () => ({
    ok: true,
    value: connectSimulatedGateway({ port: 1 }),
  }));
  stack.defer(() => unwrapped(worker).stop());
  await expect.poll(() => dispatcher.withoutJob([admitted]), { timeout: checkedTwiceMs }).toEqual([admitted]);
  await expect
    .poll(() => lines.find(({ msg }) => msg === 'removed the job of a lost worker')?.job)
    .toBe('sp4.pc-1.1');
  expect(await store.readUpgrade(admitted.key)).toMatchObject({ index: 'due', activation: 1, crashes: 0 });
});
