import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fault, type Result, err, ok } from '../../shared/errors.ts';
import { userHeader } from './schemas/fields.ts';
import { RefusalLog } from './refusal-log.ts';
import { refuse } from './problems.ts';
import { isSameToken } from './secrets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The person as it goes into the audit: `anna (token default)`, or the token alone. */
    who: string;
    /** Whom the token proves, for limits; empty on a route that needs none. */
    principal: string;
  }
  interface FastifyContextConfig {
    /** This route needs no token. */
    open?: boolean;
  }
}

export interface NamedToken {
  readonly name: string;
  readonly token: string;
}

/**
 * Refuses every request without the token, logs that it was refused, and records who asks. The
 * token is proved; the user name is what the caller says.
 */
export function requireToken(app: FastifyInstance, expected: NamedToken, log: Logger): void {
  const refusals = new RefusalLog(log, 'requests without the token of the API', 'route');
  app.decorateRequest('who', '');
  app.decorateRequest('principal', '');
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.open === true) return;
    const { authorization } = request.headers;
    const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined || !isSameToken(given, expected.token)) {
      refusals.note({ named: routeOf(request), from: request.socket.remoteAddress });
      const refusal =
        given === undefined
          ? fault('token.missing', 'a token is needed: Authorization: Bearer …')
          : fault('token.wrong', 'the token is not the one of this orchestrator');
      return reply.header('www-authenticate', 'Bearer').send(refuse(reply, refusal));
    }
    const user = readUser(request.headers[userHeader]);
    if (!user.ok) return reply.send(refuse(reply, user.error));
    request.principal = `token ${expected.name}`;
    request.who = user.value === null ? `token ${expected.name}` : `${user.value} (token ${expected.name})`;
  });
}

/** As the router knows it: what a caller writes into a path stays out of the log. */
const routeOf = ({ method, routeOptions: { url = 'none' } }: FastifyRequest): string => `${method} ${url}`;

/**
 * The user name, percent-encoded because headers carry no more than Latin-1. It goes into the
 * audit, so it may hold no line ends or other control characters.
 */
function readUser(header: string | string[] | undefined): Result<string | null> {
  if (header === undefined) return ok(null);
  const name = decoded(String(header));
  return /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@\\-]{0,63}$/u.test(name)
    ? ok(name)
    : err(
        fault(
          'input.user',
          `${userHeader} must be a user name of at most 64 letters, digits, spaces and . _ @ \\ -`,
        ),
      );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
