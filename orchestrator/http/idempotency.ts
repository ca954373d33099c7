import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';
import { fault } from '../../shared/errors.ts';
import type { KeptAnswer } from '../../shared/store/answer-store.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { keepsAnswer } from './contract/errors-of.ts';
import { refuse } from './problems.ts';

export const idempotencyHeader = 'idempotency-key';

/** Real time for which an answer is given again to the same request. */
const keptMs = 24 * 60 * 60_000;
/** Longer than any request takes: after it a request that never ended may be sent again. */
const claimedMs = 60 * 60_000;

interface Claim {
  readonly key: string;
  readonly request: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The key under which the answer of this request is kept; null = it is not kept. */
    claim: Claim | null;
  }
}

/**
 * A request that changes something and names itself by `Idempotency-Key` is done once: sent again,
 * it gets the first answer again, for a day
 * (draft-ietf-httpapi-idempotency-key-header-07). Call it after the names were spelled.
 */
export function keepAnswers(app: FastifyInstance, { store }: OrchestratorContext): void {
  app.decorateRequest('claim', null);
  app.addHook('preHandler', async (request, reply) => {
    const named = request.headers[idempotencyHeader];
    const { operation } = request.routeOptions.config;
    const { method } = request;
    if (named === undefined || operation === undefined || !keepsAnswer({ method, operation }))
      return undefined;
    const text = String(named);
    if (!/^[\x21-\x7e]{1,255}$/.test(text))
      return reply.send(refuse(reply, fault('input.idempotencyKey', wrongKey)));
    const claim = claimOf(request, text);
    const kept = await store.claimAnswer(claim.key, claim.request, claimedMs);
    if (kept === null) request.claim = claim;
    else return again(reply, claim, kept);
    return undefined;
  });
  app.addHook('onSend', async ({ claim }, reply, payload) => {
    if (claim === null || typeof payload !== 'string') return payload;
    // After a failure nobody knows what was done, and nothing was done where the authority has
    // ended meanwhile: the request is asked again, not answered again.
    if (reply.statusCode >= 500 || isUnauthorized(reply.statusCode))
      await store.giveAnswerBack(claim.key).catch(() => undefined);
    else {
      const type = String(reply.getHeader('content-type'));
      const answer = { status: reply.statusCode, type, body: payload };
      await store.keepAnswer(claim.key, claim.request, answer, keptMs);
    }
    return payload;
  });
}

const isUnauthorized = (status: number): boolean => status === 401 || status === 403;

const wrongKey = 'Idempotency-Key must be 1 to 255 visible ASCII characters';

/**
 * A key belongs to one person, one token and one route: a later token of the same name may reach
 * less.
 */
function claimOf({ who, principal, method, url, body }: FastifyRequest, text: string): Claim {
  const path = url.split('?')[0] ?? '';
  return {
    key: hash('sha256', JSON.stringify([who, principal?.proof, method, path, text])),
    request: hash('sha256', JSON.stringify([url, body ?? null])),
  };
}

function again(reply: FastifyReply, claim: Claim, { request, answer }: KeptAnswer): FastifyReply {
  if (request !== claim.request) return reply.send(refuse(reply, reused));
  if (answer === null) return reply.send(refuse(reply, running, 409));
  return reply.code(answer.status).type(answer.type).header('idempotency-replayed', 'true').send(answer.body);
}

const reused: Refusal = fault(
  'idempotency.reused',
  'this Idempotency-Key was sent with another request; a new request needs a new key',
);
const running: Refusal = fault(
  'idempotency.running',
  'the first request with this Idempotency-Key is still worked on; ask again later',
);
