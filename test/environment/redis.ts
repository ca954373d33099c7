import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/**
 * The Redis of this run, and a key prefix that no other caller has: each test file takes its own,
 * and never flushes. A test that must kill, wipe or reconfigure a Redis starts its own
 * (`startPrivateRedis`).
 */
export function testRedis(): { readonly url: string; readonly prefix: string } {
  return { url: inject('redisUrl'), prefix: `test-${randomBytes(6).toString('hex')}` };
}
