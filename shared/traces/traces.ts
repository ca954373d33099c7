/** What spans say: names and values as OpenTelemetry defines them. */
export type Attributes = Readonly<Record<string, string | number>>;

/** The ids of a span, hexadecimal: 32 and 16 digits. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Something that has ended. No span has children, so it is known as a whole. */
export interface EndedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'consumer';
  /** Real time, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  /** Other spans that it belongs to, of other traces. */
  readonly links?: readonly SpanIds[];
  /** How it failed, in a word that holds no secret (`error.type`); left out = it did not. */
  readonly failed?: string | undefined;
}

/** Where a process sends its spans (OpenTelemetry). */
export interface Traces {
  /** Sends the span, if it is one of the share that is sent, or has failed. */
  ended(span: EndedSpan): void;
  /** Always sends a span about the campaign, to which the spans of its jobs are linked. */
  campaignBegan(campaign: string, life: number, attributes: Attributes): void;
  /** The ids of that span: the same in every process. */
  idsOf(campaign: string, life: number): SpanIds;
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}
