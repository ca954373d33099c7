import { randomBytes } from 'node:crypto';
import { RedisContainer } from '@testcontainers/redis';
import { getContainerRuntimeClient } from 'testcontainers';
import type { TestRedis } from './running-redis.ts';

const DEFAULT_IMAGE = 'redis:8.2.1-alpine';
const IMAGE_DEADLINE_MS = 120_000;

/**
 * As the product wants its Redis: nothing evicted, the file on. An image without a password may
 * refuse others.
 */
const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
  'maxmemory-policy': 'noeviction',
  hz: '100',
  'hash-max-listpack-value': '1024',
  'protected-mode': 'no',
};

/** The image to test on; `asked` when SERVPACK_TEST_REDIS_IMAGE names it. */
export function imageIn(env: NodeJS.ProcessEnv): { readonly name: string; readonly asked: boolean } {
  const name = env['SERVPACK_TEST_REDIS_IMAGE'] ?? '';
  return name === '' ? { name: DEFAULT_IMAGE, asked: false } : { name, asked: true };
}

/** Throws when no engine answers or the image is not to be had. */
export async function startContainerRedis(image: string): Promise<TestRedis> {
  await getContainerRuntimeClient(); // Fails at once without an engine, before anything is pulled.
  const command = Object.entries(SETTINGS).flatMap(([key, value]) => [`--${key}`, value]);
  const container = await new RedisContainer(image)
    .withCommand(['redis-server', ...command])
    .withPassword(randomBytes(18).toString('base64url'))
    .withStartupTimeout(IMAGE_DEADLINE_MS)
    .start();
  return {
    url: container.getConnectionUrl(),
    how: `container of ${image}, a Docker engine answers`,
    stop: async () => {
      await container.stop();
    },
  };
}
