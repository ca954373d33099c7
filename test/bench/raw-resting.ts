import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Bench } from './bench.ts';
import { usedMemory } from './memory.ts';

/** What a bare queue keeps for a job, and how soon one that is delayed runs when it is promoted. */
export interface RawResting {
  readonly waitingBytes: number;
  readonly delayedBytes: number;
  /** One after the other, ms. */
  readonly promotedMs: readonly number[];
}

const prefix = '{servpack-bench-raw}';
const batch = 1_000;
const hour = 3_600_000;

export async function rawResting(bench: Bench, jobs: number, samples: number): Promise<RawResting> {
  const connection = new Redis(bench.installation.redisUrl, { maxRetriesPerRequest: null });
  const waitingBytes = await bytesOf(bench, connection, 'raw-waiting', jobs, 0);
  const delayedBytes = await bytesOf(bench, connection, 'raw-delayed', jobs, 6 * hour);
  const promotedMs = await promoted(bench, connection, Math.min(samples, jobs));
  connection.disconnect();
  return { waitingBytes, delayedBytes, promotedMs };
}

async function addAll(queue: Queue, jobs: number, delay: number): Promise<void> {
  for (let from = 0; from < jobs; from += batch) {
    const ids = Array.from({ length: Math.min(batch, jobs - from) }, (_, at) => jobIdOf(from + at));
    await queue.addBulk(
      ids.map((jobId) => ({ name: 'a', data: {}, opts: { jobId, ...(delay > 0 ? { delay } : {}) } })),
    );
  }
}

const jobIdOf = (number: number): string => `bench.client-${String(number).padStart(7, '0')}.1`;

async function bytesOf(bench: Bench, connection: Redis, name: string, jobs: number, delay: number) {
  const queue = new Queue(name, { connection, prefix });
  const before = await usedMemory(bench);
  await addAll(queue, jobs, delay);
  const bytes = ((await usedMemory(bench)) - before) / jobs;
  await queue.obliterate({ force: true });
  await queue.close();
  return bytes;
}

async function promoted(
  { installation }: Bench,
  connection: Redis,
  samples: number,
): Promise<readonly number[]> {
  const name = 'raw-promoted';
  const queue = new Queue(name, { connection, prefix });
  const env = { ...process.env, REDIS_URL: installation.redisUrl };
  const child = fork(join(import.meta.dirname, 'raw-process.ts'), [name, '50', 'tell'], { env });
  await once(child, 'message');
  await addAll(queue, samples, 6 * hour);
  const latencies: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const job = await queue.getJob(jobIdOf(sample));
    const started = startOf(child);
    const before = process.hrtime.bigint();
    await job?.promote();
    latencies.push(Number((await started) - before) / 1e6);
  }
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  await queue.obliterate({ force: true });
  await queue.close();
  return latencies;
}

/** By the clock that all processes of a machine share. */
async function startOf(child: ChildProcess): Promise<bigint> {
  const [atNs] = (await once(child, 'message')) as [string];
  return BigInt(atNs);
}
