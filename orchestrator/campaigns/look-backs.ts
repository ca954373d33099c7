import type { Logger } from 'pino';
import { reasonOf } from '../../shared/reason-of.ts';
import type { CameOrWhyNot } from '../lookback/look-back.ts';

/** Which campaign is looked back at, and as what it is known now. */
export interface LookedAt {
  /** One campaign: another one may have had its name before. */
  readonly key: string;
  /** Changes with the campaign: its version and its counters. */
  readonly of: string;
  /** Time alone changes nothing that came of it. */
  readonly isOver: boolean;
  /** @param gone aborted = nobody waits for it, and it is broken off */
  readonly read: (gone: AbortSignal) => Promise<CameOrWhyNot>;
}

/** What was read of one campaign, and when. Real times are of `performance.now()`. */
interface Reading {
  readonly came: CameOrWhyNot;
  /** What the campaign was. Null = the reading failed. */
  readonly of: string | null;
  readonly tookMs: number;
  readonly endedAt: number;
}

/** A reading that goes on, for everybody who asks meanwhile. */
interface UnderWay {
  /** Rejects with why it failed. */
  readonly came: Promise<CameOrWhyNot>;
  /** How many wait for it; null = it goes on without them. */
  waiting: number | null;
  readonly breakOff: () => void;
}

/** Real time. */
const usualTiming = {
  /** The least time between two readings of a campaign. */
  notBeforeMs: 60_000,
  /** The next reading waits so many times as long as the last one took. */
  restTimes: 10,
} as const;

const campaignsAtMost = 200;

/** Why nothing is compared yet. */
export const notReadYet = 'what came is being read from the audit';

/**
 * What came of campaigns, each as it was read last: a reading takes seconds. It is the same for
 * everybody who may see a whole campaign. A campaign that is over is read again only when it has
 * changed, and any other one when it is time.
 */
export class LookBacks {
  readonly #readings = new Map<string, Reading>();
  readonly #underWay = new Map<string, UnderWay>();
  readonly #log: Logger;
  readonly #timing: { readonly [Name in keyof typeof usualTiming]: number };

  constructor(log: Logger, timing: { readonly [Name in keyof typeof usualTiming]: number } = usualTiming) {
    this.#log = log;
    this.#timing = timing;
  }

  /**
   * The newest reading. Where another one is due it begins now.
   * @returns why nothing is known, while the first reading is under way
   */
  newest(asked: LookedAt): CameOrWhyNot {
    const reading = this.#readings.get(asked.key);
    if (!this.#underWay.has(asked.key) && this.#isDue(reading, asked)) {
      const begun = this.#begin(asked);
      begun.waiting = null;
      begun.came.catch(() => undefined);
    }
    return reading?.came ?? notReadYet;
  }

  /**
   * The newest reading, where none is due; else waits for the next one, which all who ask share.
   * It is broken off when all of them have gone. Rejects where it fails, and with the reason of
   * `gone`.
   */
  async awaited(asked: LookedAt, gone?: AbortSignal): Promise<CameOrWhyNot> {
    gone?.throwIfAborted();
    const reading = this.#readings.get(asked.key);
    if (reading !== undefined && reading.of !== null && !this.#isDue(reading, asked)) return reading.came;
    const underWay = this.#underWay.get(asked.key) ?? this.#begin(asked);
    if (underWay.waiting !== null) underWay.waiting += 1;
    if (gone === undefined) return underWay.came;
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = (): void => {
      if (underWay.waiting !== null && (underWay.waiting -= 1) === 0) underWay.breakOff();
      reject(gone.reason);
    };
    gone.addEventListener('abort', leave, { once: true });
    return Promise.race([underWay.came, left]).finally(() => gone.removeEventListener('abort', leave));
  }

  #begin(asked: LookedAt): UnderWay {
    const ending = new AbortController();
    const forget = (): void => {
      if (this.#underWay.get(asked.key) === begun) this.#underWay.delete(asked.key);
    };
    const breakOff = (): void => {
      // Who asks from now on begins another one.
      forget();
      ending.abort();
    };
    const came = this.#read(asked, ending.signal).finally(forget);
    const begun: UnderWay = { came, waiting: 0, breakOff };
    this.#underWay.set(asked.key, begun);
    return begun;
  }

  async #read({ key, of, read }: LookedAt, gone: AbortSignal): Promise<CameOrWhyNot> {
    const begunAt = performance.now();
    const keep = (came: CameOrWhyNot, known: string | null): void => {
      const endedAt = performance.now();
      this.#readings.delete(key);
      this.#readings.set(key, { came, of: known, tookMs: endedAt - begunAt, endedAt });
      const [oldest] = this.#readings.keys();
      if (this.#readings.size > campaignsAtMost && oldest !== undefined) this.#readings.delete(oldest);
    };
    try {
      const came = await read(gone);
      if (!gone.aborted) keep(came, of);
      return came;
    } catch (error) {
      if (gone.aborted) throw error;
      this.#log.warn({ campaign: key, error }, 'could not read what came of a campaign');
      keep(`what came could not be read: ${reasonOf(error)}`, null);
      throw error;
    }
  }

  #isDue(reading: Reading | undefined, { of, isOver }: LookedAt): boolean {
    if (reading === undefined) return true;
    if (isOver && reading.of === of) return false;
    const { notBeforeMs, restTimes } = this.#timing;
    return performance.now() - reading.endedAt >= Math.max(notBeforeMs, reading.tookMs * restTimes);
  }
}
