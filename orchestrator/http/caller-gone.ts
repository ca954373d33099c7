import type { FastifyReply } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Aborted once nobody waits for the answer any longer: the connection is closed, or the caller
     * may not have the answer, which the reason says. Ask for it once.
     */
    readonly callerGone: AbortSignal;
  }
}

/** Why work for an answer was broken off: its connection is closed. */
export class CallerGone extends Error {
  constructor() {
    super('the connection is closed');
  }
}

/**
 * Aborts with `CallerGone` once the connection is closed.
 * @returns what else may abort it
 */
export function watchConnection({ raw }: Pick<FastifyReply, 'raw'>): AbortController {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new CallerGone());
  raw.once('close', leave);
  // The connection may have closed before the handler ran.
  if (raw.destroyed) leave();
  return gone;
}
