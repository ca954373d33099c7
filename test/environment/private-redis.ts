import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endProcess, isAlive } from '../../orchestrator/embedded-redis/processes.ts';
import { findRunning } from '../../orchestrator/embedded-redis/running.ts';
import { startEmbeddedRedis } from '../../orchestrator/embedded-redis/start.ts';
import type { TestRedis } from './running-redis.ts';

const dataDir = resolve(import.meta.dirname, '../../.servpack');

/** Kept between runs, and shared with the product: unpacked once per clone. */
export const packagesDir = join(dataDir, 'os-packages');

/**
 * A redis-server of our own in a new folder, gone with its data after `stop`: for a whole run, or for one test
 * that breaks it. Throws when there is none to be had.
 */
export async function startPrivateRedis(): Promise<TestRedis & { readonly pid: number }> {
  mkdirSync(dataDir, { recursive: true });
  const folder = mkdtempSync(join(dataDir, `test-${process.pid}-`));
  const started = await startEmbeddedRedis({ dataDir: folder, packagesDir, log: console });
  if (!started.ok) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(started.error.message, { cause: started.error.cause });
  }
  const { url, pid, how, stop } = started.value;
  const end = async (): Promise<void> => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, pid, how: `private ${how}`, stop: end };
}

/** Ends what a killed test run could not: the folder names tell whose they were. */
export async function endLeftovers(): Promise<void> {
  const names = existsSync(dataDir) ? readdirSync(dataDir) : [];
  for (const name of names) {
    const owner = Number(/^test-(\d+)-/.exec(name)?.[1] ?? process.pid);
    if (isAlive(owner)) continue;
    const running = await findRunning(join(dataDir, name, 'redis'));
    if (running.ok && running.value !== undefined) await endProcess(running.value.pid, 5_000);
    rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}
