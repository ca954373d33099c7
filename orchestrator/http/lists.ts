import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Result } from '../../shared/errors.ts';
import type { LineFormat } from '../lists/line-format.ts';
import type { Refusal } from '../refusal.ts';
import { refuse } from './problems.ts';
import { textTypes } from './responses.ts';
import type { Problem } from './schemas/problems.ts';

const formats: Readonly<Record<string, LineFormat>> = {
  'application/x-ndjson': 'jsonl',
  'text/csv': 'csv',
};

/**
 * In which form lines are asked for by the header `Accept`: the one that the caller likes best;
 * null = as one JSON document.
 */
export function linesAccepted({ headers }: FastifyRequest): LineFormat | null {
  const asked = (headers.accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((each) => each.startsWith('q='));
    return { type, q: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const likedBest = asked
    .filter(({ q, type }) => q > 0 && (type in formats || type === 'application/json'))
    .sort((a, b) => b.q - a.q)[0];
  return formats[likedBest?.type ?? ''] ?? null;
}

/** Answers with a page, and with a link to the next one (RFC 8288). */
export function sendList<Listed extends { readonly next: string | null }>(
  reply: FastifyReply,
  page: Result<Listed, Refusal>,
): Listed | Problem {
  if (!page.ok) return refuse(reply, page.error);
  const { next } = page.value;
  if (next !== null) {
    const { searchParams } = new URL(reply.request.url, 'http://orchestrator');
    searchParams.set('after', next);
    // Relative to the address of the request, so that it works behind the path of a proxy.
    reply.header('link', `<?${searchParams.toString()}>; rel="next"`);
  }
  return page.value;
}

/** Answers with lines, which are read while the caller takes them. */
export const sendLines = (
  reply: FastifyReply,
  lines: Result<AsyncIterable<string>, Refusal>,
  format: LineFormat,
): FastifyReply =>
  lines.ok
    ? reply.type(textTypes[format]).send(Readable.from(lines.value))
    : reply.send(refuse(reply, lines.error));
