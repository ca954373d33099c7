import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmbeddedRedis } from '../../orchestrator/embedded-redis/start.ts';
import type { TestRedis } from './running-redis.ts';
import { patienceMs } from './patience.ts';

/** Kept between runs, and shared with the product: unpacked once per clone. */
export const packagesDir = resolve(import.meta.dirname, '../../.servpack/os-packages');

/**
 * Makes a data folder one that has unpacked its redis-server before: unpacking takes four seconds
 * of processor time. Without effect where redis-server is on PATH.
 * @param dataDir it must be there
 */
export function giveRedisServer(dataDir: string): void {
  if (existsSync(packagesDir)) symlinkSync(packagesDir, join(dataDir, 'os-packages'));
}

/**
 * A redis-server of our own in a new folder, gone with its data after `stop`, or with the run
 * (`guardRun`): for a whole run, or for one test that breaks it.
 * @throws when no redis-server can be found or unpacked
 */
export async function startPrivateRedis(): Promise<TestRedis & { readonly pid: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-redis-'));
  const started = await startEmbeddedRedis({
    dataDir: folder,
    packagesDir,
    log: console,
    answerWithinMs: patienceMs,
  });
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
