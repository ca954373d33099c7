import { Redis } from 'ioredis';

/**
 * `answers`: it serves us. `loading`: it is ours and still reads its file. `stranger`: another
 * server, which refuses our password. `silent`: no server, or one that does not speak.
 */
export type ProbeAnswer = 'answers' | 'loading' | 'stranger' | 'silent';

const DEADLINE_MS = 2_000;

/** Sends one PING and waits at most two seconds. */
export async function probe(url: string): Promise<ProbeAnswer> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    disconnectTimeout: 10,
  });
  redis.on('error', () => undefined); // The rejection below says the same.
  const deadline = setTimeout(() => redis.disconnect(), DEADLINE_MS);
  try {
    await redis.connect();
    await redis.ping();
    return 'answers';
  } catch (error) {
    return meaning(error);
  } finally {
    clearTimeout(deadline);
    redis.disconnect();
  }
}

/**
 * A server that is busy or cannot write its disk answers PING with an error. It is there all the
 * same.
 */
function meaning(error: unknown): ProbeAnswer {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return 'silent';
  if (error.message.startsWith('LOADING')) return 'loading';
  return /^(WRONGPASS|NOAUTH|ERR)/.test(error.message) ? 'stranger' : 'answers';
}
