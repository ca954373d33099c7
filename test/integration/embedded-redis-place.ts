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
 * An empty environment for one test: its folder, its log lines, and every Redis that it started.
 */
export interface Place {
  readonly root: string;
  readonly dataDir: string;
  readonly logged: readonly string[];
  readonly start: (options?: Partial<EmbeddedRedisOptions>) => Promise<Result<EmbeddedRedis>>;
  /** Like `start`, for a test that needs the Redis to run. */
  readonly started: (options?: Partial<EmbeddedRedisOptions>) => Promise<EmbeddedRedis>;
}

/**
 * Makes a new environment before each test. After the test it stops every Redis and removes the
 * folder.
 */
export function eachInItsPlace(): () => Place {
  let place: Place & { readonly clear: () => Promise<void> };
  beforeEach(() => {
    place = newPlace();
  });
  afterEach(() => place.clear());
  return () => place;
}

function newPlace(): Place & { readonly clear: () => Promise<void> } {
  const root = mkdtempSync(join(tmpdir(), 'servpack-redis-'));
  const dataDir = join(root, 'data');
  const logged: string[] = [];
  const note = (message: string): void => void logged.push(message);
  const running: EmbeddedRedis[] = [];
  const start: Place['start'] = async (options) => {
    const log = { info: note, warn: note };
    const redis = await startEmbeddedRedis({ dataDir, packagesDir, log, ...options });
    if (redis.ok) running.push(redis.value);
    return redis;
  };
  const started: Place['started'] = async (options) => expectStarted(await start(options));
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

/** Runs `work` with a connection to a Redis, and closes the connection. */
export async function talk<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined); // Whoever asked gets it as a rejection.
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
