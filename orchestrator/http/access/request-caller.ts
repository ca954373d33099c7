import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fault } from '../../../shared/errors.ts';
import type { Caller } from '../../caller.ts';
import type { Refusal } from '../../refusal.ts';
import { type Access, isSameAuthority } from './access.ts';
import { isProofOld, prove } from './require-access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who waits for the answer; null = it is not proved who asks. */
    caller: Caller | null;
  }
}

/** Who has sent a request that has proved who asks. */
export class RequestCaller implements Caller {
  readonly #access: Access;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #log: Logger;
  #gone: AbortSignal | null = null;

  constructor(access: Access, request: FastifyRequest, reply: FastifyReply, log: Logger) {
    this.#access = access;
    this.#request = request;
    this.#reply = reply;
    this.#log = log;
  }

  get gone(): AbortSignal {
    return (this.#gone ??= this.#reply.callerGone);
  }

  async whyEnded(): Promise<Refusal | null> {
    const ended = await whyEndedSince(this.#access, this.#request);
    if (ended !== null) {
      const { who, routeOptions } = this.#request;
      this.#log.info(
        { who, route: routeOptions.url, code: ended.code },
        'a request may not change anything any longer',
      );
    }
    return ended;
  }
}

/** Null = the caller may still do and see what they could when the request came. */
export async function whyEndedSince(access: Access, request: FastifyRequest): Promise<Refusal | null> {
  const { principal } = request;
  if (principal === null || !isProofOld(request) || (await access.mayStillRead(principal))) return null;
  // A session may only be due for a question to its provider, which needs the request's cookie.
  const proved = await prove(access, request);
  if (!proved.ok) return proved.error;
  return isSameAuthority(proved.value, principal) ? null : changed;
}

const changed: Refusal = fault(
  'token.changed',
  'what you may do and see has changed while the request was worked on; ask again',
);
