import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { expectRightEnd } from '../crash/outage-campaign.ts';
import { startRedisCluster } from '../crash/redis-cluster.ts';

test(
  'a campaign on a Cluster of six nodes with four shards ends right when a master is lost',
  {
    timeout: 400_000,
  },
  async () => {
    const cluster = await startRedisCluster(mkdtempSync(join(tmpdir(), 'servpack-redis-')));
    onTestFinished(() => cluster.stop());
    const strike = async (): Promise<void> => cluster.masters[1]?.die();
    await expectRightEnd({ url: cluster.url, shards: 4, outages: [{ at: 0.2, strike }] });
  },
);
