import type { Fault, Result } from '../../shared/errors.ts';
import type { RefusalAnswer } from './schemas/requests.ts';
import type { Refusal } from '../refusal.ts';

/** The HTTP status of a refusal by the first part of its code; whatever is not named here is a refusal for a reason: 409. */
const statusOf: Readonly<Record<string, number>> = {
  input: 400,
  token: 401,
  notFound: 404,
  tooLarge: 413,
  store: 503,
};

export const refusedStatus = ({ code }: Fault): number => statusOf[code.split('.')[0] ?? ''] ?? 409;

/** The cause stays in the log: it may hold what is nobody's business. */
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
