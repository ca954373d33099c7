import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import type { Store } from '../../shared/store/store.ts';
import { type LabInstallation, startOrchestrator, urlOf } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { Operator } from '../lab/operator.ts';
import type { BenchOptions } from './options.ts';
import { openOwnRedis } from './run-bench.ts';
import { type BenchWorker, startBenchWorker } from './worker.ts';

/**
 * Everything a figure is taken with: one Redis, an orchestrator and a worker as processes of their
 * own.
 */
export interface Bench {
  readonly options: BenchOptions;
  readonly installation: LabInstallation;
  readonly redis: Redis;
  readonly redisPid: number;
  readonly store: Store;
  readonly operator: Operator;
  readonly orchestrator: LabProcess;
  readonly worker: BenchWorker;
  say(line: string): void;
}

/** A Redis of its own, and the processes. */
export async function openBench(
  options: BenchOptions,
  stack: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Bench> {
  const dataDir = mkdtempSync(join(tmpdir(), 'servpack-bench-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const { server, redis } = await openOwnRedis(stack);
  const installation: LabInstallation = {
    redisUrl: server.url,
    prefix: 'servpack-bench',
    dataDir,
    // Real time: what is measured is not simulated.
    clock: { labAt: 0, realAt: 0, speed: 1 },
    logLevel: 'warn',
  };
  const { workerOptions, orchestratorOptions } = options;
  const orchestrator = await startOrchestrator({
    ...installation,
    settings: { NODE_OPTIONS: orchestratorOptions },
  });
  stack.defer(() => orchestrator.stop());
  const worker = await startBenchWorker(installation, 'worker', workerOptions);
  stack.defer(() => worker.stop());
  // A campaign of a million clients is written in one call.
  const store = await openRedisStore({ url: server.url, prefix: installation.prefix, answerMs: 60_000 });
  if (!store.ok) throw new Error(store.error.message);
  stack.defer(() => store.value.close());
  const operator = new Operator(urlOf(orchestrator), dataDir);
  return {
    options,
    installation,
    redis,
    redisPid: server.pid,
    store: store.value,
    operator,
    orchestrator,
    worker,
    say,
  };
}
