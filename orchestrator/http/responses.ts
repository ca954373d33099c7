import type { FastifyBaseLogger, FastifyInstance, FastifyReply, RawServerDefault } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { schemaVersion } from './schemas/fields.ts';
import { type Problem, problemAnswer } from './schemas/problems.ts';
import { refuse } from './problems.ts';
import type { Refusal } from '../refusal.ts';
import type { AskedFirst, Commanded } from '../requests/ask.ts';
import { askedAnswer, isAsked } from './schemas/approvals.ts';
import type { Result } from '../../shared/errors.ts';

/** What a route may answer: `answer`, or a refusal. */
export const answers = <Answer extends z.ZodType>(answer: Answer) => ({
  200: answer,
  '4xx': problemAnswer,
  '5xx': problemAnswer,
});

/** What the route of a command may answer that needs a second person by the setting. */
export const commandAnswers = <Answer extends z.ZodType>(answer: Answer) => ({
  ...answers(answer),
  202: askedAnswer,
});

/** The last line of such a handler: 202 where the command waits for another person. */
export function answerCommand<T>(reply: FastifyReply, result: Commanded<T>): T | AskedFirst | Problem {
  if (result.ok && isAsked(result.value)) reply.code(202);
  return answer(reply, result);
}

/** The last line of a handler: answers with the value, or with the refusal and its status. */
export const answer = <T>(reply: FastifyReply, result: Result<T, Refusal>): T | Problem =>
  result.ok ? result.value : refuse(reply, result.error);

const head = `{"schemaVersion":${schemaVersion}`;

/**
 * Writes an answer as its schema says, with the version of the schemas in front. Each answer is an
 * object, so its text gets a field, and no copy of it is made. A problem document has the field.
 */
export const versionedSerializer: typeof serializerCompiler = (route) => {
  const written = serializerCompiler(route);
  if (route.httpStatus !== '200' && route.httpStatus !== '202') return written;
  return (value) => {
    const text = written(value);
    return text === '{}' ? `${head}}` : `${head},${text.slice(1)}`;
  };
};

/** The text of an answer, which is written once for all who share it. */
export const writeAnswer = (reply: FastifyReply, value: Record<string, unknown>): string =>
  String(reply.serializeInput(value, '200'));

/** Sends what `writeAnswer` has written. */
export const sendWritten = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(text);

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
