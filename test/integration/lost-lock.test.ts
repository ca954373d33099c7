import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { jobId, queuePrefix } from '../../shared/queues/jobs.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { runWorker } from '../../workers/main.ts';
import { openTestStore } from '../contract/store/redis.ts';
import { startFleet } from '../lab/fleet/start-fleet.ts';
import { textContent } from '../lab/fleet/disk.ts';
import { connectFleetControl } from '../lab/fleet/control-client.ts';
import { componentNames, componentText } from '../lab/staged-tree.ts';
import { systemClock } from '../../shared/clock.ts';
import { clientWith, openCampaign, patient, smsRelease } from './one-client.ts';
import { unwrapped } from './unwrapped.ts';

test('a job whose lock is gone in mid-command: the call is given up, and the record goes on at once', async () => {
  await using stack = new AsyncDisposableStack();
  const { store, url, prefix } = await openTestStore();
  stack.defer(() => store.close());
  const client = clientWith('free');
  const fleet = await startFleet({
    rows: [{ client, host: client, logonServer: 'LS-1', zone: 'UTC', role: 'workstation' }],
    seed: 'one',
    release: {
      files: new Map(componentNames.map((name) => [name, textContent(componentText(name))])),
      copyListVersion: 900_000_000,
    },
    clock: systemClock,
    startedAt: systemClock.now(),
  });
  stack.defer(() => fleet.close());
  const control = connectFleetControl({ port: fleet.port });
  stack.defer(() => control.close());
  const hold = await control.hold({ client, op: 'mark', when: 'before' });
  await openCampaign(store, client, smsRelease(componentNames), patient, systemClock.now());
  const dispatcher = openDispatcher({ url, prefix });
  stack.defer(() => dispatcher.close());

  const lines: { msg: string; level: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const config = unwrapped(
    readConfig({ REDIS_URL: url, SERVPACK_PREFIX: prefix, SERVPACK_GATEWAY: 'simulated:1' }),
  );
  const worker = await runWorker(config, log, () => ({
    ok: true,
    value: connectSimulatedGateway({ port: fleet.port }),
  }));
  if (!worker.ok) throw new Error(worker.error.message);
  stack.defer(() => worker.value.stop());
  const [admitted] = await store.admit('sp4', [{ client, wave: 0, logonServer: 'LS-1' }], systemClock.now());
  if (admitted === undefined) throw new Error('not admitted');
  await dispatcher.add(admitted, 0);
  await hold.reached();

  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  const lock = `${queuePrefix(prefix, admitted.shard)}:upgrades:${jobId(admitted)}:lock`;
  expect(await redis.del(lock)).toBe(1);
  // The next activation looks, finds no mark, and marks: the first call never reached the client.
  await expect
    .poll(
      async () => (await store.readUpgrade({ campaign: 'sp4', client }))?.upgrade.memory.open.mark ?? null,
    )
    .not.toBeNull();
  await hold.release();
  const stored = await store.readUpgrade({ campaign: 'sp4', client });
  expect(stored).toMatchObject({ crashes: 0 });
  expect(stored?.activation).toBeGreaterThan(admitted.activation);
  expect(lines.map(({ msg }) => msg)).toContain('handed over');
  const truth = await control.clientTruth(client);
  expect(truth?.journal.filter(({ op }) => op === 'mark')).toHaveLength(1);
  expect(truth?.violations).toEqual([]);
});
