import { followEvents, type ServerEvent } from '../../http/events/reader.ts';
import { type Api, baseUrl } from './api.ts';

/** What the stream of a browser says to each of its tabs. */
export type StreamSign =
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly againInMs: number }
  /** The orchestrator refuses, and waiting does not change that. */
  | { readonly kind: 'refused'; readonly status: number };

export interface StreamOptions {
  readonly api: Api;
  /** Reads what the stream goes on from: the place in the audit of a fresh answer. */
  readonly readPosition: () => Promise<string | null>;
  readonly onSign: (sign: StreamSign) => void;
}

/** A hidden tab gives the stream to another one after this time. */
const hiddenMs = 60_000;

const topics = 'heads,feed';

/**
 * Follows the events of the orchestrator: one stream for all tabs of a browser, because a browser
 * opens only six connections to one place. The tab that holds a lock reads, and passes on what it
 * reads. Where the browser has no locks (no TLS, not local) each visible tab has a stream of its
 * own.
 * @returns ends it
 */
export function followStream(options: StreamOptions): () => void {
  const ending = new AbortController();
  const channel = new BroadcastChannel(`servpack events ${baseUrl}`);
  channel.onmessage = ({ data }: MessageEvent<StreamSign>) => options.onSign(data);
  const say = (sign: StreamSign): void => {
    options.onSign(sign);
    channel.postMessage(sign);
  };
  void lead(options, say, ending.signal);
  return () => {
    ending.abort();
    channel.close();
  };
}

/** Reads while this tab is visible and holds the lock; waits for both otherwise. */
async function lead(
  options: StreamOptions,
  say: (sign: StreamSign) => void,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    await untilVisible(ended);
    if (ended.aborted) return;
    const turn = new AbortController();
    const signal = AbortSignal.any([ended, turn.signal]);
    const stopWatching = onHidden(() => turn.abort());
    const refusal = await withLock(signal, () => read(options, say, signal));
    stopWatching();
    if (refusal === null) continue;
    say({ kind: 'refused', status: refusal.status });
    return;
  }
}

async function read(
  { api, readPosition }: StreamOptions,
  say: (sign: StreamSign) => void,
  signal: AbortSignal,
): Promise<Response | null> {
  return followEvents({
    from: await readPosition(),
    open: (id, open) => {
      const query = new URLSearchParams({ topics, ...(id === null ? {} : { lastEventId: id }) });
      return api.open(`v1/events?${query.toString()}`, { signal: open });
    },
    onEvent: (event) => say({ kind: 'event', event }),
    onLive: () => say({ kind: 'live' }),
    onLost: (againInMs) => say({ kind: 'lost', againInMs }),
    signal,
  });
}

/** Null also when the turn ended before the lock was there. */
async function withLock<T>(signal: AbortSignal, run: () => Promise<T | null>): Promise<T | null> {
  // Missing where a page has no TLS and is not local.
  const locks = (navigator as { readonly locks?: LockManager }).locks;
  if (locks === undefined) return run();
  try {
    return await locks.request(`servpack events ${baseUrl}`, { signal }, run);
  } catch {
    return null;
  }
}

const untilVisible = (ended: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (document.visibilityState === 'visible') return resolve();
    const done = (): void => {
      if (document.visibilityState !== 'visible' && !ended.aborted) return;
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    document.addEventListener('visibilitychange', done);
    ended.addEventListener('abort', done, { once: true });
    return undefined;
  });

/** Calls once the tab has been hidden for long. */
function onHidden(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(call, hiddenMs);
  };
  document.addEventListener('visibilitychange', watch);
  watch();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', watch);
  };
}
