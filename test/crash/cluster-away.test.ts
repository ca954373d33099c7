import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { type RedisCluster, startRedisCluster } from './redis-cluster.ts';

/**
 * Without replicas a lost master leaves its slots without a node, and a Cluster that lacks slots
 * answers nothing.
 */
async function clusterWithoutReplicas(): Promise<RedisCluster> {
  const cluster = await startRedisCluster(mkdtempSync(join(tmpdir(), 'servpack-redis-')), false);
  onTestFinished(() => cluster.stop());
  return cluster;
}

async function stateIs({ masters }: RedisCluster, state: 'ok' | 'fail'): Promise<void> {
  for (const { client } of masters.slice(1)) {
    await expect.poll(() => client.call('CLUSTER', 'INFO').then(String)).toContain(`cluster_state:${state}`);
  }
}

/** A shard whose keys are not on the first master. */
const shardElsewhere = async ({ masters: [first] }: RedisCluster): Promise<number> => {
  for (let shard = 0; ; shard += 1) {
    const slot = Number(await first?.client.call('CLUSTER', 'KEYSLOT', queuePrefix('away', shard)));
    if (slot > 16_384 / 3) return shard;
  }
};

/** A second after this time the worker gives up a blocking call and connects again. */
const drainDelay = 0.5;
const downMs = 4_000;

test('a worker takes jobs again after a Cluster answered nothing for a while, and stops', async () => {
  const cluster = await clusterWithoutReplicas();
  const prefix = queuePrefix('away', await shardElsewhere(cluster));
  const connection = openQueueConnection(cluster.url, 'worker');
  connection.on('error', () => undefined);
  onTestFinished(() => connection.disconnect());
  const done: string[] = [];
  const work = ({ name }: { readonly name: string }): Promise<void> => {
    done.push(name);
    return Promise.resolve();
  };
  const worker = new Worker('upgrades', work, { connection, prefix, drainDelay });
  const queue = new Queue('upgrades', { connection, prefix });
  worker.on('error', () => undefined);
  queue.on('error', () => undefined);
  await queue.add('before', {});
  await expect.poll(() => done).toEqual(['before']);

  await cluster.masters[0]?.die();
  await stateIs(cluster, 'fail');
  await new Promise((go) => setTimeout(go, downMs));
  await cluster.masters[0]?.restart();
  await stateIs(cluster, 'ok');

  await queue.add('after', {});
  await expect.poll(() => done).toEqual(['before', 'after']);
  // A connection that does not end would keep the worker from stopping.
  await worker.close();
});

test('a start fails with a reason while a Cluster answers nothing', async () => {
  const cluster = await clusterWithoutReplicas();
  await cluster.masters[0]?.die();
  await stateIs(cluster, 'fail');
  const opened = await openRedisStore({ url: cluster.url, prefix: 'away', answerMs: 1_500 });
  expect(opened).toMatchObject({ ok: false, error: { code: 'redis.unreachable' } });
});
