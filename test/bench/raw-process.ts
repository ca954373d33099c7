import { DelayedError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { workerOptions } from '../../workers/jobs.ts';

/**
 * A bare BullMQ worker as a process of its own: `node raw-process.ts QUEUE CONCURRENCY
 * once|twice|tell`, with REDIS_URL. The URL holds a password, which every user of the machine could
 * read in the list of processes.
 */
const url = process.env['REDIS_URL'] ?? '';
const [queue = '', concurrency = '', times = ''] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });

const worker = new Worker(
  queue,
  async (job, token) => {
    if (times === 'tell') process.send?.(String(process.hrtime.bigint()));
    if (times !== 'twice' || job.attemptsStarted > 1) return;
    await job.moveToDelayed(Date.now() + 1, token);
    throw new DelayedError();
  },
  { ...workerOptions, connection, prefix: '{servpack-bench-raw}', concurrency: Number(concurrency) },
);

let completed = 0;
let awaited = Infinity;
const tell = (): void => {
  if (completed >= awaited) process.send?.('done');
};
worker.on('completed', () => {
  completed += 1;
  tell();
});
process.on('message', (jobs: number) => {
  awaited = completed + jobs;
  tell();
});
process.once('SIGTERM', () => process.exit(0));
await worker.waitUntilReady();
process.send?.('ready');
