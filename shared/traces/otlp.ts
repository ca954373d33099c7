import { randomBytes } from 'node:crypto';
import type { Attributes, EndedSpan, SpanIds } from './traces.ts';

/** A span that is to be sent. */
export interface SentSpan extends EndedSpan {
  /** Left out = ids by chance. */
  readonly ids?: SpanIds;
}

/** Who sends, in the words of OpenTelemetry's resources. */
export type Resource = Attributes;

const kinds: Readonly<Record<EndedSpan['kind'], number>> = { internal: 1, server: 2, consumer: 5 };
/** `STATUS_CODE_ERROR`. Without a status it is not known that something went wrong. */
const failed = 2;

/** The body of a request to `/v1/traces`: OTLP 1 as JSON, whose ids are hexadecimal. */
export const bodyOf = (spans: readonly SentSpan[], resource: Resource): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'servpack' }, spans: spans.map(spanOf) }],
      },
    ],
  });

function spanOf({ name, kind, startedAt, durationMs, attributes, links = [], failed: why, ids }: SentSpan) {
  const { traceId, spanId } = ids ?? { traceId: hexOf(16), spanId: hexOf(8) };
  return {
    traceId,
    spanId,
    name,
    kind: kinds[kind],
    startTimeUnixNano: nanosOf(startedAt),
    endTimeUnixNano: nanosOf(startedAt + durationMs),
    attributes: attributesOf(why === undefined ? attributes : { ...attributes, 'error.type': why }),
    links: links.map((each) => ({ ...each })),
    status: why === undefined ? {} : { code: failed },
  };
}

const hexOf = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Nanoseconds as text: they do not fit into a number of JSON. */
const nanosOf = (ms: number): string => (BigInt(Math.round(ms * 1_000)) * 1_000n).toString();

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
