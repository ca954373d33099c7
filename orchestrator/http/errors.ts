import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { fault, type Fault, messageOf } from '../../shared/errors.ts';
import { RecordsGone, StoreUnavailable, StoreUnwritable } from '../../shared/store/errors.ts';
import { answerHeaders } from './answer-headers.ts';
import { refusalOf, refusedStatus } from './responses.ts';

/**
 * Answers every failure as `{ error: { code, message } }`. Only a bug is a 500, and its text stays
 * in the log.
 */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler(async (request, reply) =>
    refuse(reply, fault('notFound.route', `there is no ${request.method} ${pathOf(request)}`)),
  );
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const known = knownFault(error);
    if (known !== null) return refuse(reply, known, error.statusCode);
    log.error({ error, route: `${request.method} ${pathOf(request)}` }, 'a request failed');
    reply.code(500);
    return refusalOf(fault('internal', 'the orchestrator failed at this request; its log says why'));
  });
}

/**
 * A request whose URL cannot be parsed reaches no route, no hook and no error handler. It is
 * answered in the same form.
 */
export function answerBadUrl(error: FastifyError, _request: unknown, reply: unknown): void {
  const known = knownFault(error) ?? fault('input.request', 'the request is not understood');
  const answer = reply as FastifyReply;
  answer
    .code(error.statusCode ?? 400)
    .headers(answerHeaders)
    .send(refusalOf(known));
}

function refuse(reply: FastifyReply, refusal: Fault, status?: number) {
  // For what the framework refuses itself it knows the finer status, such as 414 and 415.
  reply.code(status !== undefined && status >= 400 && status < 500 ? status : refusedStatus(refusal));
  return refusalOf(refusal);
}

/** Null for an error that nothing here expects: a bug. */
function knownFault(error: FastifyError): Fault | null {
  if (error instanceof RecordsGone) return fault('store.gone', error.message);
  if (error instanceof StoreUnwritable) return fault('store.unwritable', error.message);
  if (error instanceof StoreUnavailable) return fault('store.away', error.message);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const placeOf = (path: string): string => (path === '/' ? where : `${where}${path.replaceAll('/', '.')}`);
    const issues = error.validation.map(
      ({ instancePath, message }) => `${placeOf(instancePath)}: ${message ?? ''}`,
    );
    return fault('input.request', issues.join('; '));
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return fault('tooLarge.body', 'the request is larger than this route takes');
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? fault('input.request', messageOf(error)) : null;
}

/** Without the query: it may hold what should not stand in a log. */
const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';
