import type { Redis } from 'ioredis';
import { type ClientUse, openClient } from '../redis/client.ts';
import { parseRedisUrl } from '../redis/redis-url.ts';

/**
 * A command that Redis has not answered by then fails, so that a silent network does not hang a
 * round.
 */
const answerMs = 5_000;

/**
 * A connection for BullMQ. Throws for a URL that is not understood: opening the store refuses it
 * earlier.
 */
export function openQueueConnection(url: string, use: ClientUse): Redis {
  const place = parseRedisUrl(url);
  if (place === null) throw new Error('the Redis URL is not understood');
  return openClient(place, { use, answerMs });
}
