/**
 * Reads server-sent events with `fetch`, in a browser and in Node: this file imports nothing. A
 * browser's `EventSource` cannot send a token, and hides comments, statuses and `Retry-After`.
 */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** What was read so far, while the stream is open. */
export interface Reading {
  /** To be sent when the stream is opened again; null before the first event with an id. */
  id: string | null;
  /** Called for everything that arrives, comments included: the server lives. */
  onSign: () => void;
  readonly onEvent: (event: ServerEvent) => void;
}

/** Reads a stream to its end (WHATWG HTML, 9.2.6). Rejects when it breaks off. */
export async function readEvents(body: ReadableStream<Uint8Array>, reading: Reading): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    reading.onSign();
    const blocks = `${rest}${value}`.replaceAll('\r\n', '\n').split('\n\n');
    // What does not end with an empty line has not arrived whole.
    rest = blocks.pop() ?? '';
    for (const block of blocks) takeBlock(block, reading);
  }
}

function takeBlock(block: string, reading: Reading): void {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
    if (name === 'id') reading.id = value;
  }
  if (data.length > 0) reading.onEvent({ event, data: data.join('\n') });
}

export interface Following {
  /** Opens the stream, from this position on where it is known. */
  readonly open: (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;
  /** The `position` of the answer that was read before; null = from now on. */
  readonly from: string | null;
  readonly onEvent: (event: ServerEvent) => void;
  /** The stream is open: what is shown is live. */
  readonly onLive: () => void;
  /** Called for everything that arrives, heartbeats included. */
  readonly onSign?: () => void;
  /** It is not, and is opened again after this time. */
  readonly onLost: (againInMs: number) => void;
  readonly signal: AbortSignal;
  /** Without any sign for so long the stream is taken for lost: two heartbeats, and a little. */
  readonly silentMs?: number;
  /** The first and the longest wait before it is opened again. */
  readonly waitMs?: readonly [first: number, longest: number];
}

/**
 * Follows events until `signal` aborts, or the server refuses in a way that waiting does not
 * change.
 * @returns that refusal; null after an abort
 */
export async function followEvents(options: Following): Promise<Response | null> {
  const { signal, waitMs: [first, longest] = [1_000, 30_000] } = options;
  const reading = { id: options.from, onSign: () => undefined, onEvent: options.onEvent };
  let tries = 0;
  while (!signal.aborted) {
    const seen = await readOnce(options, reading);
    if (signal.aborted) break;
    if (seen.refusal !== null && !mayChange(seen.refusal.status)) return seen.refusal;
    tries = seen.wasLive ? 0 : tries + 1;
    const againMs = Math.min(longest, first * 2 ** tries) * (0.75 + Math.random() / 2);
    const waitMs = Math.max(againMs, retryAfterMs(seen.refusal));
    options.onLost(waitMs);
    await pause(waitMs, signal);
  }
  return null;
}

async function readOnce(
  { open, onLive, onSign, signal, silentMs = 21_000 }: Following,
  reading: Reading,
): Promise<{ readonly refusal: Response | null; readonly wasLive: boolean }> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLive = false;
  const restartTimer = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silentMs);
    if (wasLive) onSign?.();
  };
  try {
    restartTimer();
    const response = await open(reading.id, AbortSignal.any([signal, silence.signal]));
    if (!response.ok || response.body === null) return { refusal: response, wasLive };
    wasLive = true;
    onLive();
    reading.onSign = restartTimer;
    await readEvents(response.body, reading);
  } catch {
    // The connection broke, was never made, or was silent.
  } finally {
    clearTimeout(timer);
  }
  return { refusal: null, wasLive };
}

/** Too many requests, or a server that is late, full or away. */
const mayChange = (status: number): boolean => status === 429 || status >= 500;

const retryAfterMs = (refusal: Response | null): number =>
  1_000 * (Number(refusal?.headers.get('retry-after') ?? 0) || 0);

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
