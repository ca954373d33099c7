import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Bench } from './bench.ts';
import type { Run } from './rollout.ts';
import { cpuOf, redisCpu } from './usage.ts';
import { concurrency } from './worker.ts';

/**
 * The limit that servpack is compared with: the same queue, worker options and Redis, and nothing
 * around them.
 */
export type RawKind = 'no-op' | 'defer';

const batch = 1_000;
const batchesInFlight = 4;

let runs = 0;

/**
 * Adds so many jobs and works on them at the same time, by `workers` processes. The clock runs
 * from the first add.
 */
export async function runRaw(
  { installation, redis }: Bench,
  kind: RawKind,
  jobs: number,
  workers = 1,
): Promise<Run> {
  const name = `raw-${++runs}`;
  const connection = new Redis(installation.redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection, prefix: '{servpack-bench-raw}' });
  const children = await Promise.all(
    Array.from({ length: workers }, () => startRaw(installation.redisUrl, name, kind)),
  );
  const usage = async () => ({
    redis: await redisCpu(redis),
    worker: children.reduce((sum, child) => sum + cpuOf(child.pid ?? 0), 0),
    orchestrator: process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
  });
  const before = await usage();
  const startedAt = performance.now();
  const done = whenDone(children, jobs);
  await addAll(queue, jobs);
  await (done ?? untilEmpty(queue));
  const ms = performance.now() - startedAt;
  const after = await usage();
  await Promise.all(children.map(endOf));
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
  const each = (name: keyof typeof after): number => ((after[name] - before[name]) / jobs) * 1_000;
  return {
    perSecond: (jobs / ms) * 1_000,
    cpu: { redis: each('redis'), worker: each('worker'), orchestrator: each('orchestrator') },
  };
}

async function startRaw(url: string, queue: string, kind: RawKind): Promise<ChildProcess> {
  const args = [queue, String(concurrency), kind === 'no-op' ? 'once' : 'twice'];
  const env = { ...process.env, REDIS_URL: url };
  const child = fork(join(import.meta.dirname, 'raw-process.ts'), args, { env });
  await once(child, 'message');
  return child;
}

async function endOf(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/**
 * One process counts its own jobs. With several processes the share of each is unknown, so the
 * queue is asked.
 */
function whenDone(children: readonly ChildProcess[], jobs: number): Promise<unknown> | null {
  const [only, ...others] = children;
  if (only === undefined || others.length > 0) return null;
  only.send(jobs);
  return once(only, 'message');
}

async function untilEmpty(queue: Queue): Promise<void> {
  for (;;) {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
    if (Object.values(counts).every((count) => count === 0)) return;
    await pause(10);
  }
}

async function addAll(queue: Queue, jobs: number): Promise<void> {
  let next = 0;
  const add = async (): Promise<void> => {
    while (next < jobs) {
      const from = next;
      next = Math.min(jobs, from + batch);
      await queue.addBulk(
        Array.from({ length: next - from }, (_, i) => ({
          name: 'job',
          data: {},
          opts: { jobId: `bench.client-${from + i}.1` },
        })),
      );
    }
  };
  await Promise.all(Array.from({ length: batchesInFlight }, add));
}
