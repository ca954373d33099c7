import type { TestProject } from 'vitest/node';
import { endLeftovers } from './private-redis.ts';
import { startTestRedis } from './test-redis.ts';

/** Folders whose tests touch no Redis: running only these needs none. */
const WITHOUT_REDIS = new Set(['domain', 'house']);

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/** Gives every test a real Redis, says which one, and ends it after the last test. */
export default async function setup(root: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (root.vitest.projects.every(({ name }) => WITHOUT_REDIS.has(name))) return undefined;
  await endLeftovers();
  const redis = await startTestRedis(process.env);
  console.log(`Redis of these tests: ${redis.how}`);
  root.provide('redisUrl', redis.url);
  return redis.stop;
}
