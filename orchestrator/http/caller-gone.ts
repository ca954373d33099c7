import type { FastifyReply } from 'fastify';

/** Aborted once the connection is closed: nobody waits for the answer any longer. */
export function callerGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  // The connection may have closed before the handler ran.
  if (raw.destroyed) gone.abort();
  return gone.signal;
}
