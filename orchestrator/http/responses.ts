import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { refusalAnswer, type RefusalAnswer } from './schemas/fields.ts';
import type { Refusal, UnknownName } from '../refusal.ts';
import type { Fault, Result } from '../../shared/errors.ts';

/** What a route may answer: `answer`, or a refusal. */
export const answers = <Answer extends z.ZodType>(answer: Answer) => ({
  200: answer,
  '4xx': refusalAnswer,
  '5xx': refusalAnswer,
});

/** The HTTP status of a refusal by the first part of its code; any other code is 409. */
const statusOf: Readonly<Record<string, number>> = {
  input: 400,
  token: 401,
  notFound: 404,
  tooLarge: 413,
  store: 503,
};

export const refusedStatus = ({ code }: Fault): number => statusOf[code.split('.')[0] ?? ''] ?? 409;

/** The answer to a refused request. The cause stays out: callers must not see what it may hold. */
export const refusalOf = ({ code, message, faults }: Refusal): RefusalAnswer => ({
  error: { code, message, ...(faults === undefined ? {} : { faults }) },
});

/** The last line of a handler: answers with the value, or with the refusal and its status. */
export function answer<T>(
  reply: { code(status: number): unknown; unknownName?: UnknownName | null },
  result: Result<T, Refusal>,
): T | RefusalAnswer {
  if (result.ok) return result.value;
  reply.unknownName = result.error.unknown ?? null;
  reply.code(refusedStatus(result.error));
  return refusalOf(result.error);
}

/** Content types of streamed lines. */
export const textTypes = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const;

/** A fastify whose routes have the types of their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
