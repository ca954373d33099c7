import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { whyLoss } from '../../orchestrator/durability/accept-loss.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startWatchedRedis } from './redis-sentinel.ts';

const log = pino({ level: 'silent' });
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'servpack-lossy-'));

test('one master of a Cluster that may lose records is named, and the others do not hide it', async () => {
  const cluster = await startRedisCluster(newFolder(), false);
  onTestFinished(() => cluster.stop());
  const question = { redisUrl: cluster.url, acceptLoss: false };
  expect(await whyLoss(question, log)).toBeNull();
  const last = cluster.masters.at(-1);
  await last?.client.config('SET', 'appendfsync', 'no');
  expect(await whyLoss(question, log)).toMatchObject({
    code: 'redis.loss',
    message: expect.stringContaining(`Redis at 127.0.0.1:${last?.port} may lose records`) as string,
  });
});

test('the master behind Sentinels is the one that is asked', async () => {
  const watched = await startWatchedRedis(newFolder());
  onTestFinished(() => watched.stop());
  const question = { redisUrl: watched.url, acceptLoss: false };
  expect(await whyLoss(question, log)).toBeNull();
  await watched.master.client.config('SET', 'appendonly', 'no');
  expect(await whyLoss(question, log)).toMatchObject({
    code: 'redis.loss',
    message: expect.stringContaining('keeps no append-only file') as string,
  });
});
