import { messageOf } from '../../shared/errors.ts';
import { imageIn, startContainerRedis } from './container-redis.ts';
import { startPrivateRedis } from './private-redis.ts';
import type { TestRedis } from './running-redis.ts';

/**
 * A Redis in a container where a Docker engine answers and has the image, else a private
 * redis-server.
 * @throws when there is neither, and when an image that was asked for by name does not start: that
 * is a fault to report, not one to test around
 */
export async function startTestRedis(env: NodeJS.ProcessEnv): Promise<TestRedis> {
  const image = imageIn(env);
  try {
    return await startContainerRedis(image.name);
  } catch (error) {
    if (image.asked) throw new Error(`The Redis image ${image.name} does not start`, { cause: error });
    const redis = await startPrivateRedis();
    return { ...redis, how: `${redis.how} (no container: ${firstLine(messageOf(error))})` };
  }
}

function firstLine(message: string): string {
  return message.trim().split('\n')[0] ?? '';
}
