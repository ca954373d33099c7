import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fault } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import { type Access, isSameAuthority } from './access.ts';
import { watchConnection } from '../caller-gone.ts';
import { AuthorityCheck } from './authority-check.ts';
import type { Principal } from './principal.ts';
import { isProofOld, prove } from './require-access.ts';
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
 * request that has changed something is answered. `callerGone` of a reply ends what is read for it.
 */
export function endLongAnswers(app: FastifyInstance, access: Access, log: Logger): void {
  app.decorateReply('callerGone', {
    getter() {
      return goneFrom(this, access);
    },
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { principal, method } = request;
    if (principal === null || reply.statusCode >= 400) return payload;
    const whyEnded = () => whyAuthorityEnded(access, request, principal);
    if (payload instanceof Readable) {
      cutWhenEnded(payload, reply, whyEnded, log);
      return payload;
    }
    const onlyReads = !isUnsafe(method) || request.routeOptions.config.operation?.readsOnly === true;
    const ended = onlyReads && isProofOld(request) ? await whyEnded() : null;
    if (ended !== null) throw new AuthorityEnded(ended);
    return payload;
  });
}

/** Aborted with `AuthorityEnded` when the caller may have the answer no longer. */
function goneFrom(reply: FastifyReply, access: Access): AbortSignal {
  const gone = watchConnection(reply);
  const { request, raw } = reply;
  const { principal } = request;
  if (principal === null || gone.signal.aborted) return gone.signal;
  let ended: Refusal | null = null;
  const check = new AuthorityCheck(async () => {
    ended = await whyAuthorityEnded(access, request, principal);
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

/** Null = the caller may still do and see what they could when the request came. */
async function whyAuthorityEnded(
  access: Access,
  request: FastifyRequest,
  principal: Principal,
): Promise<Refusal | null> {
  if (await access.mayStillRead(principal)) return null;
  // A session may only be due for a question to its provider, which needs the request's cookie.
  const proved = await prove(access, request);
  if (!proved.ok) return proved.error;
  return isSameAuthority(proved.value, principal) ? null : changed;
}

const changed: Refusal = fault(
  'token.changed',
  'what you may do and see has changed while the answer was made; ask again',
);

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
