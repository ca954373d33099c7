import { randomUUID } from 'node:crypto';
import type { OrchestratorContext } from '../context.ts';
import { didYouMean } from '../did-you-mean.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { testDocument } from '../views/notice-digest.ts';
import type { NoticeDocument } from '../views/notice-document.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { send } from './forms/send.ts';
import type { Notifier } from './notifier.ts';
import { type Destination, destinationNames } from './settings.ts';

/** What became of a test message. */
export interface TestResult {
  readonly destination: string;
  readonly form: Destination['by']['form'];
  readonly isDelivered: boolean;
  readonly because: string;
}

/** The lines of messages that were not delivered yet, and the newest tries. */
export interface NoticeLog {
  readonly destinations: readonly {
    readonly destination: string;
    readonly form: string;
    /** Messages that wait. */
    readonly waiting: number;
    /** The oldest one, how often it was tried, and when it is tried next; null = none waits. */
    readonly head: { readonly message: string; readonly tries: number; readonly next: string } | null;
    /** Why it gets no more messages; null = it gets them. */
    readonly disabled: string | null;
  }[];
  /** Newest first. `title` is null where the message is no longer kept. */
  readonly deliveries: readonly {
    readonly message: string;
    readonly title: string | null;
    readonly destination: string;
    readonly at: string;
    readonly outcome: 'delivered' | 'failed' | 'gaveUp' | 'disabled';
    readonly because: string;
  }[];
}

const nobody = fault(
  'notify.none',
  'servpack notifies nobody: set SERVPACK_NOTIFY to a file with destinations (docs/notify.md)',
);

const notADestination = ({ settings }: Notifier, name: string): Refusal => {
  const names = destinationNames(settings);
  return notFound('destination', name, `; there are ${names.join(', ')}${didYouMean(name, names)}`);
};

/**
 * Sends a test message to one destination, or to all, at once and without the lines. A destination
 * that was disabled and takes it is enabled again.
 */
export async function testDestinations(
  { notifier, store, clock, log }: OrchestratorContext,
  who: string,
  name: string | null,
): Promise<Result<readonly TestResult[], Refusal>> {
  if (notifier === undefined) return err(nobody);
  const asked = notifier.settings.destinations.filter((each) => name === null || each.name === name);
  if (asked.length === 0) return err(notADestination(notifier, name ?? ''));
  return ok(
    await Promise.all(
      asked.map(async ({ name: destination, by }): Promise<TestResult> => {
        const document = testDocument(newId(), who, clock.now());
        const sent = await send(notifier.sending, by, document);
        const printed = sent.kind === 'failed' ? sent.printed : undefined;
        const because = printed === undefined ? sent.because : `${sent.because}: ${printed}`;
        const isDelivered = sent.kind === 'delivered';
        if (isDelivered) await store.disableDestination(destination, null);
        log.info({ destination, who, because }, isDelivered ? 'test delivered' : 'test not delivered');
        return { destination, form: by.form, isDelivered, because };
      }),
    ),
  );
}

const newId = (): string => `msg_${randomUUID().replaceAll('-', '')}`;

/** So many of the newest tries are shown. */
const shownAtMost = 50;

/** What waits for which destination, and what became of the newest tries. */
export async function readNoticeLog({
  notifier,
  store,
}: OrchestratorContext): Promise<Result<NoticeLog, Refusal>> {
  if (notifier === undefined) return err(nobody);
  const lines = new Map((await store.noticeLines()).map((line) => [line.destination, line]));
  const disabled = await store.disabledDestinations();
  const deliveries = await store.deliveries(shownAtMost);
  const titles = new Map<string, string | null>();
  for (const { notice } of deliveries)
    if (!titles.has(notice)) titles.set(notice, titleIn((await store.readNotice(notice))?.text ?? null));
  return ok({
    destinations: notifier.settings.destinations.map(({ name, by }) => {
      const line = lines.get(name);
      return {
        destination: name,
        form: by.form,
        waiting: line?.waiting ?? 0,
        head:
          line === undefined
            ? null
            : { message: line.notice, tries: line.tries, next: isoOf(line.dueAt || Date.now()) },
        disabled: disabled.get(name) ?? null,
      };
    }),
    deliveries: deliveries.map(({ notice, destination, at, outcome, because }) => ({
      message: notice,
      title: titles.get(notice) ?? null,
      destination,
      at: isoOf(at),
      outcome,
      because,
    })),
  });
}

const titleIn = (text: string | null): string | null =>
  text === null ? null : (JSON.parse(text) as NoticeDocument).title;

/** A message that is delivered once more, and to which destinations. */
export interface Redelivery {
  readonly message: string;
  readonly destinations: readonly string[];
}

/**
 * Puts a message that is kept into the lines again, under the same id.
 * @param name only this destination; null = those that it went to
 */
export async function redeliver(
  { notifier, store, log }: OrchestratorContext,
  who: string,
  message: string,
  name: string | null,
): Promise<Result<Redelivery, Refusal>> {
  if (notifier === undefined) return err(nobody);
  const known = destinationNames(notifier.settings);
  if (name !== null && !known.includes(name)) return err(notADestination(notifier, name));
  const found = await store.readNotice(message);
  if (found === null)
    return err(notFound('message', message, '; servpack notify log shows those that are kept'));
  const destinations = name === null ? found.to.filter((each) => known.includes(each)) : [name];
  if (!(await store.redeliver(message, destinations))) return err(notFound('message', message));
  await store.wakeLeader('');
  log.info({ notice: message, who, destinations }, 'message is delivered once more');
  return ok({ message, destinations });
}
