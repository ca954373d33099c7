import type { Logger } from 'pino';
import { type Clock, type ClockAnchor, labClock } from './clock.ts';
import type { HealthStore } from './store/health-store.ts';

/** A clock that goes on comparing itself until it is stopped. */
export interface OpenClock extends Clock {
  stop(): void;
}

/** Real time as the store has it. */
export interface SharedClock extends Clock {
  /** Returns by how many milliseconds the measurement corrects this clock; 0 within its error. */
  readonly correct: (measurement: Measurement) => number;
}

/** One question to the store, with moments of this process's monotonic clock, in milliseconds. */
export interface Measurement {
  readonly sent: number;
  readonly answered: number;
  /** Real time by the store's clock. */
  readonly storeTime: number;
}

const measureEveryMs = 10_000;
/** The first one also opens the way; the quickest of them is the best. */
const firstMeasurements = 3;
/** Clocks that are kept by NTP drift apart by less. */
const loggedFromMs = 2_000;

/**
 * The clock of a process: lab time where an anchor is given, else the time of Redis, so that all
 * processes of an installation share one time whatever the clocks of their machines say. It runs
 * by the monotonic clock of this process, goes on while Redis does not answer, and follows the
 * clock of Redis until it is stopped.
 * @throws StoreUnavailable when Redis does not say its time now
 */
export async function openClock(
  anchor: ClockAnchor | null,
  store: Pick<HealthStore, 'readTime'>,
  log: Logger,
): Promise<OpenClock> {
  const clock = await readClock(anchor, store);
  if (!('correct' in clock)) return { ...clock, stop: () => undefined };
  const behindMs = Math.round(clock.realNow() - Date.now());
  if (Math.abs(behindMs) >= loggedFromMs)
    log.warn({ behindMs }, 'this machine has another time than Redis; the time of Redis counts');
  const compare = async (): Promise<void> => {
    try {
      const correctedMs = Math.round(clock.correct(await measure(store)));
      if (Math.abs(correctedMs) >= loggedFromMs)
        log.warn({ correctedMs }, 'follows the clock of Redis: it was set, or this machine stood still');
    } catch (error) {
      log.debug({ error }, 'could not read the time of Redis');
    }
  };
  const timer = setInterval(() => void compare(), measureEveryMs);
  return { ...clock, stop: () => clearInterval(timer) };
}

/**
 * The same clock for work that is soon over: it is compared with Redis only now.
 * @throws StoreUnavailable when Redis does not say its time now
 */
export async function readClock(
  anchor: ClockAnchor | null,
  store: Pick<HealthStore, 'readTime'>,
): Promise<Clock | SharedClock> {
  if (anchor !== null) return labClock(anchor);
  const measured: Measurement[] = [];
  for (let count = 0; count < firstMeasurements; count += 1) measured.push(await measure(store));
  return sharedClock(measured.reduce((best, each) => (tookOf(each) < tookOf(best) ? each : best)));
}

async function measure(store: Pick<HealthStore, 'readTime'>): Promise<Measurement> {
  const sent = performance.now();
  const storeTime = await store.readTime();
  return { sent, answered: performance.now(), storeTime };
}

const tookOf = ({ sent, answered }: Measurement): number => answered - sent;

/** What the store's clock is ahead of the monotonic one: the answer was made halfway. */
const aheadOf = ({ sent, answered, storeTime }: Measurement): number => storeTime - (sent + answered) / 2;

/** This share of each passing millisecond makes good that the clock was ahead. */
const slewed = 0.5;

/**
 * Real time as the store has it, followed from one measurement to the next. It never goes back: a
 * clock that is ahead runs at half speed until the store's time has come. One that is behind is
 * put forward at once, because what is due by then must not wait.
 * @param first the measurement that it starts from
 * @param monotonic milliseconds of a clock that nobody sets
 */
export function sharedClock(
  first: Measurement,
  monotonic: () => number = () => performance.now(),
): SharedClock {
  let ahead = aheadOf(first);
  let excess = 0;
  let slewedSince = 0;
  const aheadAt = (at: number): number => ahead - Math.min(excess, (at - slewedSince) * slewed);
  const exactNow = (): number => {
    const at = monotonic();
    return at + aheadAt(at);
  };
  const now = (): number => Math.floor(exactNow());
  return {
    now,
    realNow: now,
    realDelay: (at) => Math.max(0, Math.ceil(at - exactNow())),
    policySpan: (realMs) => Math.ceil(realMs),
    correct: (measurement) => {
      const at = monotonic();
      const correction = aheadOf(measurement) - (ahead - excess);
      if (Math.abs(correction) <= tookOf(measurement) / 2) return 0;
      const present = aheadAt(at);
      const target = aheadOf(measurement);
      ahead = Math.max(present, target);
      excess = ahead - target;
      slewedSince = at;
      return correction;
    },
  };
}
