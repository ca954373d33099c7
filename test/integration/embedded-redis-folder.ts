import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach } from 'vitest';
import {
  startEmbeddedRedis,
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
} from '../../orchestrator/embedded-redis/start.ts';
import type { Fault, Result } from '../../shared/errors.ts';
import { packagesDir } from '../environment/private-redis.ts';

/**
 * An empty data folder for one test, the lines of the log, and every Redis that the test starts.
 */
export interface TestFolder {
  readonly root: string;
  readonly dataDir: string;
  readonly logged: readonly string[];
  readonly start: (options?: Partial<EmbeddedRedisOptions>) => Promise<Result<EmbeddedRedis>>;
  /** Like `start`; throws when the Redis does not start. */
  readonly started: (options?: Partial<EmbeddedRedisOptions>) => Promise<EmbeddedRedis>;
}

/**
 * Makes a new data folder before each test. After it every Redis is stopped and the folder
 * removed.
 */
export function useTestFolder(): () => TestFolder {
  let folder: TestFolder & { readonly clear: () => Promise<void> };
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => folder.clear());
  return () => folder;
}

function newFolder(): TestFolder & { readonly clear: () => Promise<void> } {
  const root = mkdtempSync(join(tmpdir(), 'servpack-redis-'));
  const dataDir = join(root, 'data');
  const logged: string[] = [];
  const note = (message: string): void => void logged.push(message);
  const running: EmbeddedRedis[] = [];
  const start: TestFolder['start'] = async (options) => {
    const log = { info: note, warn: note };
    const redis = await startEmbeddedRedis({ dataDir, packagesDir, log, ...options });
    if (redis.ok) running.push(redis.value);
    return redis;
  };
  const started: TestFolder['started'] = async (options) => expectStarted(await start(options));
  const clear = async (): Promise<void> => {
    await Promise.all(running.map((redis) => redis.stop()));
    rmSync(root, { recursive: true, force: true });
  };
  return { root, dataDir, logged, start, started, clear };
}

function expectStarted(redis: Result<EmbeddedRedis>): EmbeddedRedis {
  if (!redis.ok) throw new Error(redis.error.message);
  return redis.value;
}

/** The fault of a start that must be refused. */
export function expectRefused(redis: Result<EmbeddedRedis>): Fault {
  if (redis.ok) throw new Error('A Redis was started that had to be refused');
  return redis.error;
}

/** Runs `work` with a connection to this Redis. */
export async function talk<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined); // The command that fails rejects by itself.
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
