import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hash, randomUUID } from 'node:crypto';
import { fault } from '../../shared/errors.ts';
import type { AnswerClaim, AnswerStore, KeptAnswer } from '../../shared/store/answer-store.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { keepsAnswer } from './contract/errors-of.ts';
import { refuse } from './problems.ts';

export const idempotencyHeader = 'idempotency-key';

/** Real time for which an answer is given again to the same request. */
const keptMs = 24 * 60 * 60_000;
/** So long after its orchestrator has ended, a request that never ended may be sent again. */
const leaseMs = 10_000;
const renewedMs = 2_000;

/** A claim that is renewed until it is released. */
interface HeldClaim {
  readonly claim: AnswerClaim;
  readonly release: () => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The key under which the answer of this request is kept; null = it is not kept. */
    claim: HeldClaim | null;
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
    const kept = await store.claimAnswer(claim, leaseMs);
    if (kept === null) request.claim = holdClaim(store, claim);
    else return again(reply, claim, kept);
    return undefined;
  });
  app.addHook('onSend', async ({ claim: held }, reply, payload) => {
    if (held === null) return payload;
    held.release();
    if (typeof payload !== 'string') return payload;
    const { claim } = held;
    // After a failure nobody knows what was done, and nothing was done where the authority has
    // ended meanwhile: the request is asked again, not answered again.
    if (reply.statusCode >= 500 || isUnauthorized(reply.statusCode))
      await store.giveAnswerBack(claim).catch(() => undefined);
    else {
      const type = String(reply.getHeader('content-type'));
      const answer = { status: reply.statusCode, type, body: payload };
      await store.keepAnswer(claim, answer, keptMs);
    }
    return payload;
  });
}

/**
 * Renews the claim while its request is worked on, however long that takes. What a renewal misses
 * the next one makes up.
 */
export function holdClaim(store: Pick<AnswerStore, 'renewClaim'>, claim: AnswerClaim): HeldClaim {
  const renew = (): void => void store.renewClaim(claim, leaseMs).catch(() => undefined);
  const timer = setInterval(renew, renewedMs).unref();
  return { claim, release: () => clearInterval(timer) };
}

const isUnauthorized = (status: number): boolean => status === 401 || status === 403;

const wrongKey = 'Idempotency-Key must be 1 to 255 visible ASCII characters';

/**
 * A key belongs to one person, one token and one route: a later token of the same name may reach
 * less.
 */
function claimOf({ who, principal, method, url, body }: FastifyRequest, text: string): AnswerClaim {
  const path = url.split('?')[0] ?? '';
  return {
    key: hash('sha256', JSON.stringify([who, principal?.proof, method, path, text])),
    request: hash('sha256', JSON.stringify([url, body ?? null])),
    holder: randomUUID(),
  };
}

function again(reply: FastifyReply, claim: AnswerClaim, { request, answer }: KeptAnswer): FastifyReply {
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
  'the first request with this Idempotency-Key is still worked on, or its orchestrator ended in the last 10 seconds; ask again later',
);
