import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { testRedis } from '../environment/redis.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { needBrowser, openBrowser, signIn, visit } from './chromium.ts';

test('an administrator who has signed in sees the jobs of a queue, and nothing asks anywhere else', async (context) => {
  needBrowser(context);
  const place = { ...testRedis(), shards: 1 };
  const connection = openQueueConnection(place.url, 'producer');
  const queue = new Queue('upgrades', { connection, prefix: queuePrefix(place.prefix, 0) });
  await queue.add('upgrade', {}, { jobId: 'sp4.pc-17.1' });
  await using orchestrator = await startSmallOrchestrator(undefined, { board: place });
  const browser = await openBrowser();
  if (browser === null) throw new Error('there is no browser');
  const visited = await visit(browser, orchestrator.url);
  await signIn(visited, orchestrator.url, orchestrator.token);
  await visited.page.goto(`${orchestrator.url}/queues/queue/upgrades?status=latest`);
  await visited.page.getByText('sp4.pc-17.1').first().waitFor();
  expect(visited.trouble).toEqual([]);
  await browser.close();
  await queue.close();
  connection.disconnect();
});
