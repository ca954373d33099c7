import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fault } from '../../shared/errors.ts';
import type { Refusal } from '../refusal.ts';
import { answerHeaders } from './answer-headers.ts';
import { problemOf, problemType } from './problems.ts';

/** What HTTP itself refuses, by the code of the error; anything else is broken HTTP. */
const known: Readonly<Record<string, readonly [status: number, refusal: Refusal]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, fault('input.late', 'the request did not arrive in time')],
  HPE_HEADER_OVERFLOW: [431, fault('input.headers', 'the headers are larger than HTTP takes here')],
};
const broken = [400, fault('input.http', 'the request is no HTTP')] as const;

/** What a listener answers where the request reached no route. */
export interface RawAnswer {
  readonly type: string;
  readonly body: string;
}

/**
 * Answers a request that is no HTTP, comes too slowly, or has too many headers, and closes the
 * connection: it reaches no route.
 */
export const onBrokenRequest =
  (answer: (status: number, refusal: Refusal) => RawAnswer) =>
  (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const [status, refusal] = known[error.code ?? ''] ?? broken;
    if (socket.writable) socket.write(written(status, answer(status, refusal)));
    socket.destroy(error);
  };

/** The answer of the API: a problem document. */
export const problemForBroken = (status: number, refusal: Refusal): RawAnswer => ({
  type: problemType,
  body: JSON.stringify(problemOf(refusal, status, randomUUID())),
});

function written(status: number, { type, body }: RawAnswer): string {
  const headers = {
    ...answerHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

/** `Expect` with anything but `100-continue` is refused by Node with an empty answer. */
export function refuseExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request, response) => {
    const refusal = fault('input.expect', 'the header Expect asks for what is not known');
    const { type, body } = problemForBroken(417, refusal);
    response.writeHead(417, { ...answerHeaders, 'content-type': type }).end(body);
  });
}
