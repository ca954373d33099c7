import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { LineFormat } from '../lists/line-format.ts';
import type { Refusal } from '../refusal.ts';
import { refuse } from './problems.ts';
import { textTypes } from './responses.ts';
import type { Problem } from './schemas/problems.ts';

/** The forms of a list, the one that is answered by default first. */
const forms = [
  ['application/json', null],
  ['application/x-ndjson', 'jsonl'],
  ['text/csv', 'csv'],
] as const satisfies readonly (readonly [type: string, format: LineFormat | null])[];

interface ListAnswers<Document> {
  /** As one JSON document. */
  readonly document: () => Promise<Document | Problem>;
  readonly lines: (format: LineFormat) => Promise<Result<AsyncIterable<string>, Refusal>>;
}

/** Answers in the form that is asked for: see `formAsked`. */
export async function answerInForm<Document>(
  request: FastifyRequest,
  reply: FastifyReply,
  format: LineFormat | undefined,
  { document, lines }: ListAnswers<Document>,
): Promise<Document | Problem | FastifyReply> {
  const form = formAsked(request, format);
  if (!form.ok) return refuse(reply, form.error);
  return form.value === null ? document() : sendLines(reply, await lines(form.value), form.value);
}

/**
 * In which form a list is asked for: the one that the caller likes best (RFC 9110, 12.5.1); null =
 * as one JSON document. Refused where `Accept` takes none of them.
 * @param format the form that the query names; it counts more than `Accept`
 */
function formAsked(
  { headers }: FastifyRequest,
  format: LineFormat | undefined,
): Result<LineFormat | null, Refusal> {
  if (format !== undefined) return ok(format);
  const { accept } = headers;
  if (accept === undefined || accept.trim() === '') return ok(null);
  const ranges = accept.split(',').map(rangeOf);
  const liked = forms.map(([type, form]) => ({ form, weight: weightOf(type, ranges) }));
  const [best] = liked.toSorted((a, b) => b.weight - a.weight);
  return best === undefined || best.weight === 0 ? err(notOffered) : ok(best.form);
}

const notOffered: Refusal = fault(
  'form.notOffered',
  `this is answered as ${forms.map(([type]) => type).join(', ')}; Accept takes none of them`,
);

interface MediaRange {
  /** `text/csv`, `text/*` or `*\/*`. */
  readonly range: string;
  /** From 0 = not at all to 1. */
  readonly weight: number;
}

function rangeOf(text: string): MediaRange {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
  return { range, weight: weight >= 0 && weight <= 1 ? weight : 0 };
}

/** The weight of the range that names the type most exactly. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  for (const named of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const found = ranges.find(({ range }) => range === named);
    if (found !== undefined) return found.weight;
  }
  return 0;
}

interface ListedPage {
  readonly next: string | null;
  readonly read?: number | undefined;
}

/**
 * Answers with a page, and with a link to the next one (RFC 8288). A narrowed token is not shown
 * how many records were read, of which it may see only some.
 */
export function sendList<Listed extends ListedPage>(
  reply: FastifyReply,
  page: Result<Listed, Refusal>,
): Listed | Problem {
  if (!page.ok) return refuse(reply, page.error);
  const { narrowed } = reply.request;
  const plain = page.value.next;
  const next = plain === null || narrowed === null ? plain : narrowed.seal(plain);
  if (next !== null) {
    const { searchParams } = new URL(reply.request.url, 'http://orchestrator');
    searchParams.set('after', next);
    // Relative to the address of the request, so that it works behind the path of a proxy.
    reply.header('link', `<?${searchParams.toString()}>; rel="next"`);
  }
  return narrowed === null ? page.value : { ...page.value, next, read: undefined };
}

/** Answers with lines, which are read while the caller takes them. */
const sendLines = (
  reply: FastifyReply,
  lines: Result<AsyncIterable<string>, Refusal>,
  format: LineFormat,
): FastifyReply =>
  lines.ok
    ? reply.type(textTypes[format]).send(Readable.from(lines.value))
    : reply.send(refuse(reply, lines.error));
