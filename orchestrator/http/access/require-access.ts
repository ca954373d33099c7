import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { whoOf } from '../../../shared/domain/campaign/person.ts';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import type { Operation } from '../contract/operation.ts';
import { permissions, type Role } from '../contract/permissions.ts';
import { isPerson, personForm } from '../../input/person-name.ts';
import { refuse } from '../problems.ts';
import { RefusalLog } from '../refusal-log.ts';
import { userHeader } from '../schemas/fields.ts';
import type { Access } from './access.ts';
import { type Principal, roleWords } from './principal.ts';
import { isUnsafe, whyOtherSite } from './same-origin.ts';
import { secretIn } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, as it goes into the audit (`whoOf`). */
    who: string;
    /** Who is proved, and what that allows; null on a route that needs no proof. */
    principal: Principal | null;
    /** When that was proved, in real milliseconds (`performance.now`). */
    provedAt: number;
  }
  interface FastifyContextConfig {
    /** This route needs no token. */
    open?: boolean;
  }
}

/** Real time after which a proof is made again. */
const provedMs = 1_000;

/** Whether a request was proved so long ago that its authority may have ended since. */
export const isProofOld = ({ provedAt }: FastifyRequest): boolean => performance.now() - provedAt > provedMs;

/**
 * Refuses every request that proves nobody, and every request whose role does not allow what its
 * route does. A request whose body was slow is checked again when it has arrived. Each refusal is
 * logged. The user name that a request brings is a remark.
 */
export function requireAccess(app: FastifyInstance, access: Access, log: Logger): void {
  const refusals = {
    unproved: new RefusalLog(log, 'requests without the token of the API', 'route'),
    notAllowed: new RefusalLog(log, 'requests that their role does not allow', 'route'),
  };
  app.decorateRequest('who', '');
  app.decorateRequest('principal', null);
  app.decorateRequest('provedAt', 0);
  const check = async (request: FastifyRequest, reply: FastifyReply) => {
    const { open, operation } = request.routeOptions.config;
    if (open === true) return undefined;
    request.provedAt = performance.now();
    const proved = await prove(access, request);
    if (!proved.ok) {
      refusals.unproved.note({ named: routeOf(request), from: request.socket.remoteAddress });
      return reply.send(refuse(reply, proved.error));
    }
    const user = readUser(request.headers[userHeader]);
    if (!user.ok) return reply.send(refuse(reply, user.error));
    request.principal = proved.value;
    request.who = whoOf(proved.value, user.value);
    const refusal = whyNotAllowed(operation, proved.value);
    if (refusal === null) return undefined;
    refusals.notAllowed.note({ named: routeOf(request), from: request.socket.remoteAddress });
    return reply.send(refuse(reply, refusal));
  };
  app.addHook('onRequest', check);
  app.addHook('preHandler', async (request, reply) =>
    isProofOld(request) ? check(request, reply) : undefined,
  );
}

/** Whom a request proves: by its token, its session or its certificate. */
export async function prove(access: Access, request: FastifyRequest): Promise<Result<Principal, Refusal>> {
  const { headers, method } = request;
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (given !== undefined) return access.ofToken(given);
  const secret = secretIn(headers.cookie, access.isOverTls);
  const shown = (): Result<Principal, Refusal> | null => {
    // A browser shows a certificate, too, where the page of another site has it ask.
    const foreign = isUnsafe(method) ? whyOtherSite(request, 'taken') : null;
    const proved = access.ofConnection(request.socket);
    return proved === null || foreign === null ? proved : err(foreign);
  };
  if (secret === null)
    return shown() ?? err(fault('token.missing', 'a token is needed: Authorization: Bearer …'));
  const foreign = isUnsafe(method) ? whyOtherSite(request, 'refused') : null;
  if (foreign !== null) return err(foreign);
  const signedIn = await access.ofSession(secret);
  return signedIn.ok ? signedIn : (shown() ?? signedIn);
}

/** Why the role does not allow what a route does; null = it does. */
function whyNotAllowed(operation: Operation | undefined, principal: Principal): Refusal | null {
  const permission = operation?.needs ?? null;
  if (operation === undefined || permission === null) return null;
  const allowed: readonly Role[] = permissions[permission];
  if (allowed.includes(principal.role)) return null;
  const message = `"${operation.summary}" needs ${orOf(allowed)}; you are ${roleWords(principal)}`;
  return { ...fault('role.missing', message), role: { needs: allowed, has: principal.role } };
}

/** `operator, approver or administrator` */
const orOf = (names: readonly Role[]): string =>
  names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** As the router knows it: what a caller writes into a path stays out of the log. */
const routeOf = ({ method, routeOptions: { url = 'none' } }: FastifyRequest): string => `${method} ${url}`;

/**
 * The user name, percent-encoded because headers carry no more than Latin-1. It goes into the
 * audit, so it may hold no line ends or other control characters.
 */
function readUser(header: string | string[] | undefined): Result<string | null> {
  if (header === undefined) return ok(null);
  // A system may store its user names decomposed, as the caller cannot change.
  const name = decoded(String(header)).normalize('NFC');
  return isPerson(name) ? ok(name) : err(fault('input.user', `${userHeader} must be ${personForm}`));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
