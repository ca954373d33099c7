import type { FastifyReply } from 'fastify';
import type { Refusal } from '../refusal.ts';
import { kindOf, problemKinds, typeOf } from './problem-kinds.ts';
import { refusalOf, schemaVersion } from './schemas/fields.ts';
import type { Problem } from './schemas/problems.ts';

/** After so many seconds it is worth to ask again what was refused because of other work. */
const busySeconds = 5;

export const problemType = 'application/problem+json; charset=utf-8';

/** The HTTP status of a refusal by the first part of its code. */
export const refusedStatus = ({ code }: Refusal): number => problemKinds[kindOf(code)].status;

/** The problem document of a refusal. The cause stays out: it may hold what is secret. */
export function problemOf(refusal: Refusal, status: number, request: string): Problem {
  const { code, message, faults = [], places = [], role } = refusal;
  const kind = kindOf(code);
  const errors = [
    ...places,
    ...faults.map(({ file, line, key, wrong, expected }) => ({
      detail: `${file}, line ${line}: ${key} ${wrong}; expected ${expected}`,
      pointer: pointerTo(key),
      line,
    })),
  ];
  return {
    schemaVersion,
    type: typeOf(kind),
    title: problemKinds[kind].title,
    status,
    detail: message,
    instance: `urn:uuid:${request}`,
    code,
    ...(errors.length === 0 ? {} : { errors }),
    ...(role === undefined ? {} : { role }),
    ...refusalOf(refusal),
  };
}

/** A key of a file, such as `waves[0].gate`, as a JSON pointer. */
const pointerTo = (key: string): string =>
  `#/${key
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .replaceAll('.', '/')}`;

/** Sets the status and the type of the answer, and returns the problem document to send. */
export function refuse(reply: FastifyReply, refusal: Refusal, status = refusedStatus(refusal)): Problem {
  if (kindOf(refusal.code) === 'busy' && !reply.hasHeader('retry-after'))
    reply.header('retry-after', busySeconds);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply.code(status).type(problemType);
  reply.unknownName = refusal.unknown ?? null;
  return problemOf(refusal, status, reply.request.id);
}
