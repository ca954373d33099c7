import { hash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { reasonOf } from '../reason-of.ts';
import { servpackVersion } from '../version.ts';
import { bodyOf, type Resource, type SentSpan } from './otlp.ts';
import type { TracesConfig } from './settings.ts';
import type { SpanIds, Traces } from './traces.ts';

export interface TracesOptions extends TracesConfig {
  readonly role: 'orchestrator' | 'worker';
  /** Of the keys in Redis: another servpack has other campaigns. */
  readonly prefix: string;
  readonly log: Logger;
}

/** Spans that wait. A collector that is away costs no memory beyond them: further ones are lost. */
const waitingAtMost = 2_048;
/** So many are sent at once, and as soon as they are there. */
const sentAtOnce = 512;
/** Fewer are sent after this time. */
const sendAfterMs = 5_000;
const answerDeadlineMs = 10_000;
const closeDeadlineMs = 2_000;

/** Sends the spans of this process over OTLP. Nothing waits for a collector. */
export function openTraces({ url, ratio, role, prefix, log }: TracesOptions): Traces {
  const resource = {
    'service.name': `servpack-${role}`,
    'service.version': servpackVersion,
    'service.instance.id': `${hostname()}-${process.pid}`,
    'service.namespace': prefix,
  };
  const sender = openSender(url, resource, log);
  const idsOf = (campaign: string, life: number): SpanIds => {
    const digest = hash('sha256', JSON.stringify(['campaign', prefix, campaign, life]));
    return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
  };
  return {
    ended: (span) => {
      if (span.failed !== undefined || Math.random() < ratio) sender.add(span);
    },
    campaignBegan: (campaign, life, attributes) =>
      sender.add({
        name: 'servpack.campaign start',
        kind: 'internal',
        startedAt: Date.now(),
        durationMs: 0,
        attributes: { 'servpack.campaign': campaign, ...attributes },
        ids: idsOf(campaign, life),
      }),
    idsOf,
    close: () => sender.close(),
  };
}

function openSender(url: string, resource: Resource, log: Logger) {
  let waiting: SentSpan[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;
  let isAway = false;
  let lost = 0;

  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      void send();
    }, sendAfterMs).unref();
  };
  const put = (spans: readonly SentSpan[]): void => {
    lost += Math.max(0, waiting.length + spans.length - waitingAtMost);
    waiting = [...waiting, ...spans].slice(0, waitingAtMost);
  };
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const spans = waiting.splice(0, sentAtOnce);
      const outcome = await post(url, bodyOf(spans, resource));
      note(outcome);
      if (outcome.kind === 'tryAgain') {
        put(spans);
        return;
      }
    }
  };
  const send = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = null;
      if (waiting.length > 0) later();
    });
    return sending;
  };
  /** A collector that is away says so once. */
  const note = (outcome: Outcome): void => {
    if (outcome.kind === 'taken') {
      if (isAway) log.info({ lost }, 'traces are taken again');
      isAway = false;
      lost = 0;
    } else if (!isAway) {
      log.warn({ because: outcome.because }, 'traces are not taken');
      isAway = true;
    }
  };
  return {
    add: (span: SentSpan): void => {
      if (waiting.length >= waitingAtMost) {
        lost += 1;
        return;
      }
      waiting.push(span);
      if (waiting.length >= sentAtOnce && !isAway) void send();
      else later();
    },
    close: async (): Promise<void> => {
      if (timer !== null) clearTimeout(timer);
      const left = (sending ?? Promise.resolve()).then(() => send());
      await Promise.race([left, delay(closeDeadlineMs, undefined, { ref: false })]);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

type Outcome =
  | { readonly kind: 'taken' }
  /** `refused`: sending the same once more would not help. */
  | { readonly kind: 'refused' | 'tryAgain'; readonly because: string };

/** What OTLP lets a client send again. */
const again: ReadonlySet<number> = new Set([429, 502, 503, 504]);

async function post(url: string, body: string): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'taken' };
    const because = `the collector answered ${response.status}`;
    return { kind: again.has(response.status) ? 'tryAgain' : 'refused', because };
  } catch (error) {
    return { kind: 'tryAgain', because: reasonOf(error) };
  }
}
