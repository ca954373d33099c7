import { fork } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, type LabInstallation } from '../lab/installation.ts';
import type { Looked, Tell } from './worker-process.ts';

/** A worker process of servpack whose clients are in that process. */
export interface BenchWorker {
  readonly pid: number;
  /** Looks it tells of from now on. */
  tell(what: Tell): void;
  onLook(heard: (looked: Looked) => void): void;
  stop(): Promise<void>;
}

/** Jobs both sides work on at once: what a worker of servpack does unless told otherwise. */
export const concurrency = 50;

/** @param nodeOptions for its NODE_OPTIONS, e.g. to take a profile */
export async function startBenchWorker(
  installation: LabInstallation,
  name: string,
  nodeOptions: string,
): Promise<BenchWorker> {
  mkdirSync(join(installation.dataDir, 'logs'), { recursive: true });
  const child = fork(join(import.meta.dirname, 'worker-process.ts'), {
    env: {
      ...process.env,
      ...environmentOf(installation),
      SERVPACK_UPGRADES: String(concurrency),
      NODE_OPTIONS: nodeOptions,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stderr?.pipe(createWriteStream(join(installation.dataDir, 'logs', `${name}.log`), { flags: 'a' }));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error(`${name} ended before it was ready; see its log`)));
  });
  return {
    pid: child.pid ?? 0,
    tell: (what) => void child.send(what),
    onLook: (heard) => void child.on('message', (message) => heard(message as Looked)),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
