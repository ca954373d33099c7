import { DelayedError, type Job, Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import type { NoticeLine } from '../../shared/store/notice-store.ts';
import { openOwnQueue, type OwnQueuePlace } from '../background/own-queue.ts';
import { type AfterTry, deliverHead, type DeliverContext } from './deliver.ts';

/**
 * Delivers messages as jobs of BullMQ, one for the head of each line. The lines in the store are
 * the truth, and a job is a hint: a queue that is wiped is filled again from the lines.
 */
export interface NoticeQueue {
  /**
   * Takes jobs from now on, and brings the queue in step with the lines.
   * @param isRetried receivers that were away are tried again at once
   */
  look(isRetried: boolean): Promise<void>;
  /** Takes no more jobs until `look` is called again. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export type NoticeQueueOptions = DeliverContext & OwnQueuePlace;

const noticesQueue = 'notices';

/** A lost leader's job is taken up again after at most so long. A renewal comes at half of it. */
const lockMs = 10_000;

const options = {
  lockDuration: lockMs,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  drainDelay: 120,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;

/** Real time that a delivery under way gets when this process stops leading. */
const closeMs = 2_000;

/** So much later than its time the job of a line counts as lost. */
const lostAfterMs = 60_000;

const jobOf = ({ notice, destination }: Pick<NoticeLine, 'notice' | 'destination'>): string =>
  `${notice}.${destination}`;

/** Connects when there is a first message. */
export function openNoticeQueue({ url, prefix, ...context }: NoticeQueueOptions): NoticeQueue {
  const { store, log, now, settings } = context;
  const queue = openOwnQueue(noticesQueue, { url, prefix, log });

  const add = async (destination: string, head: NonNullable<AfterTry>): Promise<void> => {
    const delayMs = Math.max(0, head.dueAt - now());
    const jobId = jobOf({ destination, notice: head.notice });
    // The id of a message begins with letters: BullMQ refuses ids that are numbers.
    await queue.open().add('n', {}, { jobId, delay: delayMs });
  };
  const run = async (job: Job, token?: string): Promise<void> => {
    const line = (await store.noticeLines()).find((each) => jobOf(each) === job.id);
    if (line === undefined) return;
    const after = await deliverHead(context, line, now() < line.dueAt - earlyMs);
    if (after === null) return;
    if (after.notice !== line.notice) return add(line.destination, after);
    await job.moveToDelayed(after.dueAt, token);
    throw new DelayedError();
  };
  const lookAt = async (line: NoticeLine, isRetried: boolean): Promise<void> => {
    const job = (await queue.open().getJob(jobOf(line))) as Job | undefined;
    const state = job === undefined ? 'unknown' : await job.getState();
    // A job in no list would absorb the new one.
    const isLost = line.dueAt !== 0 && now() > line.dueAt + lostAfterMs && state !== 'active';
    if (job !== undefined && (state === 'unknown' || isLost)) await job.remove().catch(() => undefined);
    else if (state === 'delayed' && isRetried) await job?.promote().catch(() => undefined);
    await add(line.destination, line);
  };
  // A receiver that does not answer holds up no shutdown: the message is sent again.
  const closeSoon = async (listening: Worker): Promise<void> => {
    await Promise.race([listening.close(), delay(closeMs, undefined, { ref: false })]);
    await listening.close(true);
  };
  return {
    look: async (isRetried) => {
      const lines = await store.noticeLines();
      if (lines.length === 0) return;
      for (const line of lines) await lookAt(line, isRetried);
      const concurrency = settings.destinations.length;
      queue.work((place) => new Worker(noticesQueue, run, { ...options, ...place, concurrency }));
    },
    rest: () => queue.rest(closeSoon),
    close: async () => {
      await queue.rest(closeSoon);
      await queue.close();
    },
  };
}

/** A job that comes by so little too early comes at its time. */
const earlyMs = 1_000;
