import type { z } from 'zod';
import { refusalAnswer, type RefusalAnswer } from './schemas/requests.ts';
import type { Refusal } from '../refusal.ts';
import type { Fault, Result } from '../../shared/errors.ts';

/** What a route may answer: this when all is well, a refusal else. */
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

/**
 * A refusal as it is answered. Its cause stays in the log: it may hold what callers must not see.
 */
export const refusalOf = ({ code, message, faults }: Refusal): RefusalAnswer => ({
  error: { code, message, ...(faults === undefined ? {} : { faults }) },
});

/** A handler's last line: the value, or the refusal with its status. */
export function answer<T>(
  reply: { code(status: number): unknown },
  result: Result<T, Refusal>,
): T | RefusalAnswer {
  if (result.ok) return result.value;
  reply.code(refusedStatus(result.error));
  return refusalOf(result.error);
}

/** Content types of what is streamed. */
export const textTypes = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;
