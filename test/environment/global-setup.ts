import type { TestProject } from 'vitest/node';
import { guardRun } from './run-guard.ts';
import { startTestRedis } from './test-redis.ts';

/** Folders whose tests touch no Redis: running only these needs none. */
const WITHOUT_REDIS = new Set(['domain', 'architecture']);

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/**
 * Gives every test a real Redis, says which one, and leaves nothing of the run behind, however the
 * run ends.
 */
export default async function setup(root: TestProject): Promise<() => Promise<void>> {
  const guarded = await guardRun();
  if (root.vitest.projects.every(({ name }) => WITHOUT_REDIS.has(name))) return guarded.end;
  const redis = await startTestRedis(process.env);
  console.log(`Redis of these tests: ${redis.how}`);
  root.provide('redisUrl', redis.url);
  return async () => {
    await redis.stop();
    await guarded.end();
  };
}
