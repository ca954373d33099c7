import type { Redis } from 'ioredis';

/** Every key of this pattern, page by page. */
export async function* keysLike(redis: Redis, match: string): AsyncGenerator<string> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', match, 'COUNT', 1_000);
    yield* keys;
    cursor = next;
  } while (cursor !== '0');
}
