import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { startRedisServer } from '../environment/redis-servers.ts';
import { startWatchedRedis } from './redis-sentinel.ts';
import { expectRightEnd } from './outage-campaign.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'servpack-redis-'));
const wait = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));

describe('a campaign ends right when Redis', () => {
  // These tests wait most of the time, so they run together.
  test.concurrent('has a new master by Sentinel', async ({ onTestFinished: atEnd }) => {
    const watched = await startWatchedRedis(folder());
    atEnd(() => watched.stop());
    const strike = (): Promise<void> => watched.master.die();
    await expectRightEnd({ url: watched.url, shards: 1, outages: [{ at: 0.2, strike }] });
  });

  test.concurrent('is killed and started again, with appendfsync everysec and then with always', async ({
    onTestFinished: atEnd,
  }) => {
    const redis = await startRedisServer(folder(), ['--appendonly', 'yes', '--appendfsync', 'everysec']);
    atEnd(() => redis.stop());
    const strike = async (): Promise<void> => {
      await redis.die();
      await redis.restart();
    };
    const strictly = async (): Promise<void> => {
      await redis.client.config('SET', 'appendfsync', 'always');
      await strike();
    };
    const outages = [
      { at: 0.2, strike },
      { at: 0.5, strike: strictly },
    ];
    await expectRightEnd({ url: `redis://127.0.0.1:${redis.port}`, shards: 1, outages });
  });

  test.concurrent('is silent for thirty seconds', async ({ onTestFinished: atEnd }) => {
    const redis = await startRedisServer(folder(), ['--appendonly', 'yes']);
    atEnd(() => redis.stop());
    const strike = async (): Promise<void> => {
      redis.kill('SIGSTOP');
      await wait(30_000);
      redis.kill('SIGCONT');
    };
    await expectRightEnd({
      url: `redis://127.0.0.1:${redis.port}`,
      shards: 3,
      outages: [{ at: 0.2, strike }],
    });
  });
});
