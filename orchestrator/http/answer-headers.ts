import type { FastifyInstance } from 'fastify';

/**
 * On every answer. No answer is a page: a browser must not guess another type for it, run it, show
 * it in a frame or keep a copy, and must not name its address to others.
 */
export const answerHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
} as const;

/**
 * With TLS a browser then never asks this host without it. Not for `localhost`, where it would bind
 * other programs of the same machine; browsers ignore it for an address (RFC 6797, 8.1.1).
 */
const alwaysTls = { 'strict-transport-security': 'max-age=31536000' } as const;

/** Call it before any other hook: a refused request is answered with these headers, too. */
export function sendAnswerHeaders(app: FastifyInstance, isOverTls: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(answerHeaders);
    if (isOverTls && request.hostname !== 'localhost') reply.headers(alwaysTls);
  });
}
