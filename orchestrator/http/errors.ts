import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { fault, messageOf } from '../../shared/errors.ts';
import { RecordsGone, StoreUnavailable, StoreUnwritable } from '../../shared/store/errors.ts';
import { AuthorityEnded } from './access/long-answers.ts';
import { BeyondNarrowing } from './access/narrowed-store.ts';
import { CallerGone } from './caller-gone.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Refusal } from '../refusal.ts';
import { problemOf, problemType, refuse } from './problems.ts';
import type { Problem } from './schemas/problems.ts';

/**
 * Answers every failure as a problem document. Only a bug is a 500; its text stays in the log.
 */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler(async (request, reply) =>
    refuse(reply, fault('notFound.route', `there is no ${request.method} ${pathOf(request)}`)),
  );
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const known = knownFault(error);
    if (known !== null) return refuseAs(reply, known, error.statusCode);
    const { id, method } = request;
    log.error({ error, route: `${method} ${pathOf(request)}`, request: id }, 'a request failed');
    return refuse(reply, fault('internal', 'the orchestrator failed at this request; its log says why'));
  });
}

/**
 * A request whose URL cannot be parsed reaches no route, no hook and no error handler. It is
 * answered in the same form.
 */
export function answerBadUrl(error: FastifyError, request: unknown, reply: unknown): void {
  const known = knownFault(error) ?? fault('input.request', 'the request is not understood');
  const status = error.statusCode ?? 400;
  const { id } = request as FastifyRequest;
  (reply as FastifyReply)
    .code(status)
    .headers(answerHeaders)
    .type(problemType)
    .send(JSON.stringify(problemOf(known, status, id)));
}

/** For what the framework refuses itself it knows the finer status, such as 414 and 415. */
const refuseAs = (reply: FastifyReply, refusal: Refusal, status?: number): Problem =>
  refuse(reply, refusal, status !== undefined && status >= 400 && status < 500 ? status : undefined);

/** Null for an error that nothing here expects: a bug. */
function knownFault(error: FastifyError): Refusal | null {
  if (error instanceof AuthorityEnded) return error.refusal;
  // Nobody reads it.
  if (error instanceof CallerGone) return fault('busy.stopped', error.message);
  if (error instanceof BeyondNarrowing) return fault('role.narrowed', error.message);
  if (error instanceof RecordsGone) return fault('store.gone', error.message);
  if (error instanceof StoreUnwritable) return fault('store.unwritable', error.message);
  if (error instanceof StoreUnavailable) return fault('store.away', error.message);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const placeOf = (path: string): string => (path === '/' ? where : `${where}${path.replaceAll('/', '.')}`);
    const places = error.validation.map(({ instancePath, message = 'is wrong' }) => ({
      pointer: `#${instancePath === '/' ? '' : instancePath}`,
      detail: `${placeOf(instancePath)}: ${message}`,
    }));
    return { ...fault('input.request', places.map(({ detail }) => detail).join('; ')), places };
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return fault('tooLarge.body', 'the request is larger than this route takes');
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? fault('input.request', messageOf(error)) : null;
}

/** Without the query: it may hold what should not stand in a log. */
const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';
