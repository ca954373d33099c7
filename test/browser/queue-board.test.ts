import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { testRedis } from '../environment/redis.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { openSignedIn, useBrowser } from './chromium.ts';

const browser = useBrowser();

test('an administrator who has signed in sees the jobs of a queue, and the page asks no other host', async () => {
  const place = { ...testRedis(), shards: 1 };
  const connection = openQueueConnection(place.url, 'producer');
  const queue = new Queue('upgrades', { connection, prefix: queuePrefix(place.prefix, 0) });
  await queue.add('upgrade', {}, { jobId: 'sp4.pc-17.1' });
  await using orchestrator = await startSmallOrchestrator(undefined, { board: place });
  const visited = await openSignedIn(browser(), orchestrator);
  await visited.page.goto(`${orchestrator.url}/queues/queue/upgrades?status=latest`);
  await visited.page.getByText('sp4.pc-17.1').first().waitFor();
  expect(visited.trouble).toEqual([]);
  await visited.context.close();
  await queue.close();
  connection.disconnect();
});
