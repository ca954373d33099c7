import type { Logger } from 'pino';
import type { DeliveryEntry, NextTry, NoticeLine, NoticeStore } from '../../shared/store/notice-store.ts';
import type { NoticeDocument } from '../views/notice-document.ts';
import { send } from './forms/send.ts';
import type { SendContext } from './forms/send-context.ts';
import { failed, type Sent } from './post.ts';
import type { Destination, NotifySettings } from './settings.ts';

/** Real time after each failed try until the next one (Standard Webhooks, "Retry schedule"). */
const pausesMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];

/** Each pause is longer by a part of it, so that receivers which come back are not overrun. */
const jitter = 0.1;

export interface DeliverContext extends SendContext {
  readonly store: Pick<
    NoticeStore,
    'noticeLines' | 'readNotice' | 'endDelivery' | 'disabledDestinations' | 'disableDestination'
  >;
  readonly settings: NotifySettings;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** The head of a line after a try; null = it has none, or another process has changed it. */
export type AfterTry = Pick<NoticeLine, 'notice' | 'dueAt'> | null;

/**
 * Tries once to deliver the message at the head of a line. The order of a destination is kept: a
 * message that is tried again keeps those behind it waiting.
 * @param isEarly the receiver may be back before its time: such a try counts only if it succeeds
 */
export async function deliverHead(
  context: DeliverContext,
  line: NoticeLine,
  isEarly = false,
): Promise<AfterTry> {
  const { store, settings, now, log } = context;
  const { destination, notice } = line;
  const at = now();
  const sent = await outcomeOf(context, settings.destinations, line);
  const entry = (outcome: DeliveryEntry['outcome'], because: string): DeliveryEntry => ({
    notice,
    destination,
    at,
    outcome,
    because,
  });
  switch (sent.kind) {
    case 'delivered':
      log.info({ destination, notice, because: sent.because }, 'message delivered');
      return next(context, destination, entry('delivered', sent.because));
    case 'gone':
      log.warn({ destination, because: sent.because }, 'destination disabled');
      await store.disableDestination(destination, sent.because);
      return next(context, destination, entry('disabled', sent.because));
    case 'disabled':
      return next(context, destination, entry('disabled', sent.because));
    case 'failed': {
      const { kind: _, ...words } = sent;
      const again = isEarly ? laterAs(line) : nextTry(line, at, context.random ?? Math.random);
      if (again === null) {
        log.warn({ destination, notice, ...words }, 'message given up');
        return next(context, destination, entry('gaveUp', sent.because));
      }
      log.warn({ destination, notice, ...words, tries: again.tries }, 'message not delivered');
      const isHead = await store.endDelivery(entry('failed', sent.because), again);
      return isHead ? { notice, dueAt: again.dueAt } : null;
    }
  }
}

const laterAs = ({ tries, firstAt, dueAt }: NoticeLine): NextTry => ({ tries, firstAt, dueAt });

/** When a message is tried again; null = it was tried often enough. */
export function nextTry(
  { tries, firstAt }: Pick<NoticeLine, 'tries' | 'firstAt'>,
  at: number,
  random: () => number,
): NextTry | null {
  const pauseMs = pausesMs[tries];
  if (pauseMs === undefined) return null;
  const dueAt = at + Math.round(pauseMs * (1 + jitter * random()));
  return { tries: tries + 1, firstAt: firstAt === 0 ? at : firstAt, dueAt };
}

/** Takes the message out of its line. */
async function next({ store }: DeliverContext, destination: string, entry: DeliveryEntry): Promise<AfterTry> {
  if (!(await store.endDelivery(entry, null))) return null;
  const line = (await store.noticeLines()).find((each) => each.destination === destination);
  return line === undefined ? null : { notice: line.notice, dueAt: line.dueAt };
}

type Outcome = Sent | { readonly kind: 'disabled'; readonly because: string };

async function outcomeOf(
  context: DeliverContext,
  destinations: readonly Destination[],
  { destination: name, notice }: NoticeLine,
): Promise<Outcome> {
  const { store } = context;
  const destination = destinations.find((each) => each.name === name);
  if (destination === undefined)
    return { kind: 'disabled', because: 'the settings no longer have a destination of this name' };
  const why = (await store.disabledDestinations()).get(name);
  if (why !== undefined) return { kind: 'disabled', because: `it is disabled: ${why}` };
  const stored = await store.readNotice(notice);
  if (stored === null) return { kind: 'disabled', because: 'the message is no longer kept' };
  try {
    return await send(context, destination.by, JSON.parse(stored.text) as NoticeDocument);
  } catch {
    // The error may hold a part of a secret.
    return failed('sending it failed in a way that servpack does not know');
  }
}
