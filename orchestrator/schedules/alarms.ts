import { type JobSchedulerJson, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { Recurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { queuePrefix } from '../../shared/queues/jobs.ts';
import { nextOccurrence } from './recurrence.ts';

/**
 * BullMQ's job schedulers, one for each schedule: the job of one comes at its next occurrence. The
 * record of a schedule is the truth, and a job is only a hint to look at the record.
 */
export interface Alarms {
  /**
   * Brings the job schedulers in step with these records, and takes their jobs from now on. Without
   * a schedule it asks Redis nothing.
   * @param ring looks at the record of a schedule whose job has come
   */
  keep(schedules: readonly Schedule[], ring: Ring): Promise<void>;
  /** Takes no more jobs, until `keep` is called again. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export type Ring = (schedule: string) => Promise<void>;

export interface AlarmOptions {
  readonly url: string;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export const schedulesQueue = 'schedules';

/** The clocks of two orchestrators, and the rounding of lab time, differ by less. */
const sameWithinMs = 1_000;

/**
 * Finished jobs are removed at once. The job of a lost leader is removed without being run: the
 * next leader reads every record when its term begins.
 */
const options = {
  stalledInterval: 60_000,
  maxStalledCount: 0,
  drainDelay: 120,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;

/**
 * BullMQ waits in Redis for 10 s at most while a job is delayed, and then looks again, which costs
 * ten commands. Occurrences are days away, and the round is there if the connection breaks
 * silently.
 */
class PatientWorker extends Worker {
  override get maximumBlockTimeout(): number {
    return options.drainDelay;
  }
}

/** Connects when there is a first schedule. */
export function openAlarms({ url, prefix, clock, log }: AlarmOptions): Alarms {
  const settings = { repeatStrategy: repeatBy(clock) };
  const place = { prefix: queuePrefix(prefix, 0), settings };
  const connections: Redis[] = [];
  const warn = (error: unknown): void => log.warn({ error, queue: schedulesQueue }, 'queue');
  const connect = (use: 'producer' | 'worker'): Redis => {
    const connection = openQueueConnection(url, use).on('error', () => undefined);
    connections.push(connection);
    return connection;
  };
  let queue: Queue | null = null;
  let worker: Worker | null = null;
  const rest = async (): Promise<void> => {
    const listening = worker;
    worker = null;
    await listening?.close();
  };
  const listen = (ring: Ring): void => {
    const connection = connections[1] ?? connect('worker');
    const run = async ({ repeatJobKey }: { readonly repeatJobKey?: string }): Promise<void> =>
      ring(repeatJobKey ?? '');
    worker ??= new PatientWorker(schedulesQueue, run, { ...options, ...place, connection }).on('error', warn);
  };
  return {
    keep: async (schedules, ring) => {
      if (queue === null) {
        if (schedules.length === 0) return;
        queue = new Queue(schedulesQueue, { ...place, connection: connect('producer') }).on('error', warn);
      }
      const wanted = schedules.filter(isAwaited);
      await setSchedulers(queue, wanted, settings.repeatStrategy);
      if (wanted.length === 0) await rest();
      else listen(ring);
    },
    rest,
    close: async () => {
      await rest();
      await queue?.close();
      for (const each of connections) each.disconnect();
    },
  };
}

const isAwaited = ({ paused, open, recurrence, decidedTo, createdAt }: Schedule): boolean =>
  paused === undefined && (open !== undefined || nextOccurrence(recurrence, decidedTo, createdAt) !== null);

/** BullMQ keeps a text and hands it to the strategy: where a cron expression stands usually. */
interface Pattern {
  readonly recurrence: Recurrence;
  readonly since: number;
}

const patternOf = ({ recurrence, createdAt: since }: Schedule): string =>
  JSON.stringify({ recurrence, since } satisfies Pattern);

type Strategy = (realAt: number, repeat: { readonly pattern?: string }) => number | undefined;

/**
 * The real moment of the first occurrence after a real moment: BullMQ knows real time only, and
 * occurrences are in policy time.
 */
const repeatBy =
  (clock: Clock): Strategy =>
  (realAt, { pattern = '' }) => {
    const { recurrence, since } = JSON.parse(pattern) as Pattern;
    const ahead = realAt - clock.realNow();
    const next = nextOccurrence(recurrence, clock.now() + clock.policySpan(ahead), since);
    if (next === null) return undefined;
    // The delay is read first: a job must not come before its occurrence.
    const delayMs = clock.realDelay(next);
    return clock.realNow() + delayMs;
  };

async function setSchedulers(queue: Queue, wanted: readonly Schedule[], nextOf: Strategy): Promise<void> {
  const present = new Map((await queue.getJobSchedulers()).map((each) => [each.key, each]));
  for (const schedule of wanted) {
    const { schedule: name } = schedule;
    const pattern = patternOf(schedule);
    const next = nextOf(Date.now(), { pattern });
    const isInStep = isAt(present.get(name), pattern, next);
    present.delete(name);
    if (!isInStep) await queue.upsertJobScheduler(name, { pattern }, { name: 's', data: {} });
  }
  for (const name of present.keys()) await queue.removeJobScheduler(name);
}

const isAt = (present: JobSchedulerJson | undefined, pattern: string, next: number | undefined): boolean =>
  present?.pattern === pattern && next !== undefined && Math.abs((present.next ?? 0) - next) < sameWithinMs;
