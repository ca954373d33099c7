import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Refusal } from '../../refusal.ts';
import type { Access } from './access.ts';
import { watchConnection } from '../caller-gone.ts';
import { AuthorityCheck } from './authority-check.ts';
import { RequestCaller, whyEndedSince } from './request-caller.ts';
import { isUnsafe } from './same-origin.ts';

/** Real time. */
const checkEveryMs = 1_000;

/** Thrown in place of an answer to a caller who may not have it any longer. */
export class AuthorityEnded extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Holds back what a caller may not have any longer: an answer that took long to make is refused,
 * and one that is sent while it is made is cut, so that the caller does not take it for whole. A
 * request that has changed something is answered. `callerGone` of a reply ends what is read for it;
 * `caller` of a request is asked before what changes something late.
 */
export function endLongAnswers(app: FastifyInstance, access: Access, log: Logger): void {
  app.decorateReply('callerGone', {
    getter() {
      return goneFrom(this, access);
    },
  });
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    if (request.principal !== null) request.caller = new RequestCaller(access, request, reply, log);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { principal, method } = request;
    if (principal === null || reply.statusCode >= 400) return payload;
    const whyEnded = () => whyEndedSince(access, request);
    if (payload instanceof Readable) {
      cutWhenEnded(payload, reply, whyEnded, log);
      return payload;
    }
    const onlyReads = !isUnsafe(method) || request.routeOptions.config.operation?.readsOnly === true;
    const ended = onlyReads ? await whyEnded() : null;
    if (ended !== null) throw new AuthorityEnded(ended);
    return payload;
  });
}

/** Aborted with `AuthorityEnded` when the caller may have the answer no longer. */
function goneFrom(reply: FastifyReply, access: Access): AbortSignal {
  const gone = watchConnection(reply);
  const { request, raw } = reply;
  if (request.principal === null || gone.signal.aborted) return gone.signal;
  let ended: Refusal | null = null;
  const check = new AuthorityCheck(async () => {
    ended = await whyEndedSince(access, request);
    return ended === null;
  });
  const timer = setInterval(() => {
    void check.isLost().then((isLost) => {
      if (isLost && ended !== null) gone.abort(new AuthorityEnded(ended));
    });
  }, checkEveryMs).unref();
  raw.once('close', () => clearInterval(timer));
  return gone.signal;
}

function cutWhenEnded(
  payload: Readable,
  reply: FastifyReply,
  whyEnded: () => Promise<Refusal | null>,
  log: Logger,
): void {
  const { raw, request } = reply;
  let ended: Refusal | null = null;
  const check = new AuthorityCheck(async () => (ended = await whyEnded()) === null);
  const cut = (isLost: boolean): void => {
    if (!isLost || ended === null) return;
    clearInterval(timer);
    log.info({ who: request.who, route: request.routeOptions.url, code: ended.code }, 'an answer was cut');
    if (raw.headersSent) raw.destroy();
    else payload.destroy(new AuthorityEnded(ended));
  };
  const timer = setInterval(() => void check.isLost().then(cut), checkEveryMs).unref();
  raw.once('close', () => clearInterval(timer));
}
