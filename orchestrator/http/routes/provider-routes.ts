import type { FastifyInstance, FastifyReply } from 'fastify';
import { fault } from '../../../shared/errors.ts';
import { escaped } from '../../charts/svg.ts';
import type { OrchestratorContext } from '../../context.ts';
import type { Refusal } from '../../refusal.ts';
import type { Access } from '../access/access.ts';
import { leavingCookie, leavingIn } from '../access/leaving-cookie.ts';
import { localPath } from '../access/local-path.ts';
import type { OpenIdProvider } from '../access/oidc.ts';
import { cookieOf } from '../access/session-cookie.ts';
import { signInWithProvider } from '../access/sessions.ts';
import { refusedStatus } from '../problems.ts';

/** The way of a browser to the provider and back. It is a part of the page, and not of the API. */
export const providerRoutes = { ways: '/auth/ways', begin: '/auth/sign-in', back: '/auth/back' } as const;

/**
 * Signing in with a provider (OpenID Connect).
 * @param provider null = people sign in with tokens and links only
 */
export function serveProvider(
  app: FastifyInstance,
  context: OrchestratorContext,
  access: Access,
  provider: OpenIdProvider | null,
): void {
  const config = { isPage: true, open: true, needsNoRecords: true };

  app.get(providerRoutes.ways, { config }, async () => ({
    provider: provider === null ? null : { name: provider.settings.name },
  }));

  app.get<{ Querystring: { to?: unknown } }>(providerRoutes.begin, { config }, async ({ query }, reply) => {
    if (provider === null) return sayWhyNot(reply, none);
    const begun = await provider.begin(localPath(query.to));
    if (!begun.ok) return sayWhyNot(reply, begun.error);
    const { url, leaving } = begun.value;
    return reply.header('set-cookie', leavingCookie(leaving, access.isOverTls)).redirect(url, 302);
  });

  app.get(providerRoutes.back, { config }, async (request, reply) => {
    if (provider === null) return sayWhyNot(reply, none);
    // Once: an answer that comes again finds nothing that it belongs to.
    reply.header('set-cookie', leavingCookie(null, access.isOverTls));
    const leaving = leavingIn(request.headers.cookie, access.isOverTls);
    if (leaving === null) return sayWhyNot(reply, notBegun);
    const query = new URL(request.url, 'http://here.invalid').search;
    const proved = await provider.finish(query, leaving);
    const from = request.socket.remoteAddress ?? '';
    const signed = proved.ok ? await signInWithProvider(context, access, proved.value, from) : proved;
    if (!signed.ok) {
      context.log.warn({ from, code: signed.error.code }, 'a sign-in failed');
      return sayWhyNot(reply, signed.error);
    }
    return reply
      .header('set-cookie', cookieOf(signed.value.secret, access.isOverTls))
      .redirect(belowPage(localPath(leaving.to)), 302);
  });
}

/** From one of these routes to a path of servpack, which may be below the path of a proxy. */
const belowPage = (path: string): string => `..${path}`;

const none = fault('notFound.route', 'this orchestrator has no provider to sign in with');
const notBegun = fault(
  'signIn.notBegun',
  'the sign-in was not begun in this browser, is older than ten minutes, or was used already',
);

/** A page for a person, who has no other one at this moment. It has no script and no style. */
function sayWhyNot(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const says = escaped(refusal.message);
  return reply
    .code(refusedStatus(refusal))
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>servpack: not signed in</title>' +
        `<h1>You are not signed in</h1><p>${says}.</p><p><a href="${belowPage('/')}">Back to servpack</a></p></html>`,
    );
}
