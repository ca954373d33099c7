import { fault, ok } from '../../../shared/errors.ts';
import type { OrchestratorContext } from '../../context.ts';
import type { Access } from '../access/access.ts';
import { FailedSignIns } from '../access/failed-sign-ins.ts';
import { whyOtherSite } from '../access/same-origin.ts';
import { cookieOf } from '../access/session-cookie.ts';
import { endSession, listSessions, makeLink, signIn, signOut, whoAmI } from '../access/sessions.ts';
import { refuse } from '../problems.ts';
import { answer, answers, type Api } from '../responses.ts';
import {
  endedAnswer,
  linkAnswer,
  sessionAnswer,
  sessionParams,
  sessionsAnswer,
  signedOutAnswer,
  signInBody,
} from '../schemas/access.ts';
import { reasonBody } from '../schemas/fields.ts';

/** Signing in and out, and the sessions of others. */
export function sessionRoutes(app: Api, context: OrchestratorContext, access: Access): void {
  const failures = new FailedSignIns();

  app.get('/v1/session', { schema: { response: answers(sessionAnswer) } }, async ({ principal }, reply) =>
    principal === null ? refuse(reply, nobody) : whoAmI(context, principal),
  );

  app.post(
    '/v1/session',
    { schema: { body: signInBody, response: answers(sessionAnswer) } },
    async (request, reply) => {
      const address = request.socket.remoteAddress ?? '';
      const waitMs = failures.waitMs(address, performance.now());
      if (waitMs > 0) {
        reply.header('retry-after', Math.ceil(waitMs / 1_000));
        return refuse(reply, tooMany);
      }
      const foreign = whyOtherSite(request, 'taken');
      if (foreign !== null) return refuse(reply, foreign);
      const signed = await signIn(context, access, request.body, address);
      if (!signed.ok) {
        failures.note(address, performance.now());
        context.log.warn({ from: address, code: signed.error.code }, 'a sign-in failed');
        return refuse(reply, signed.error);
      }
      reply.header('set-cookie', cookieOf(signed.value.secret, access.isOverTls));
      return whoAmI(context, signed.value.principal);
    },
  );

  app.delete(
    '/v1/session',
    { schema: { response: answers(signedOutAnswer) } },
    async ({ principal }, reply) => {
      if (principal === null) return refuse(reply, nobody);
      if (principal.session !== null) reply.header('set-cookie', cookieOf(null, access.isOverTls));
      return signOut(context, access, principal);
    },
  );

  app.post('/v1/session/links', { schema: { response: answers(linkAnswer) } }, async ({ principal }, reply) =>
    principal === null ? refuse(reply, nobody) : makeLink(context, access, principal),
  );

  app.get('/v1/sessions', { schema: { response: answers(sessionsAnswer) } }, async (_request, reply) =>
    answer(reply, ok({ sessions: await listSessions(access) })),
  );

  app.post(
    '/v1/sessions/:session/end',
    { schema: { params: sessionParams, body: reasonBody, response: answers(endedAnswer) } },
    async ({ who, params: { session }, body: { reason } }, reply) =>
      answer(reply, await endSession(context, access, who, { session, reason })),
  );
}

const nobody = fault('token.missing', 'a token or a session is needed');
const tooMany = fault('tooMany.signIns', 'more than 10 sign-ins of this address failed in a minute');
