import { type JobSchedulerJson, type Queue, Worker } from 'bullmq';
import type { Clock } from '../../shared/clock.ts';
import type { Recurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';
import { openOwnQueue, type OwnQueuePlace } from '../background/own-queue.ts';
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

export interface AlarmOptions extends OwnQueuePlace {
  readonly clock: Clock;
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
export function openAlarms({ clock, ...place }: AlarmOptions): Alarms {
  const repeatStrategy = repeatBy(clock);
  const queue = openOwnQueue(schedulesQueue, place, { repeatStrategy });
  const listen = (ring: Ring): void => {
    const run = async ({ repeatJobKey }: { readonly repeatJobKey?: string }): Promise<void> =>
      ring(repeatJobKey ?? '');
    queue.work((given) => new PatientWorker(schedulesQueue, run, { ...options, ...given }));
  };
  return {
    keep: async (schedules, ring) => {
      if (queue.opened === null && schedules.length === 0) return;
      const wanted = schedules.filter(isAwaited);
      await setSchedulers(queue.open(), wanted, repeatStrategy);
      if (wanted.length === 0) await queue.rest();
      else listen(ring);
    },
    rest: () => queue.rest(),
    close: () => queue.close(),
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
