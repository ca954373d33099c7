import type { Logger } from 'pino';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { CameOrWhyNot } from '../lookback/look-back.ts';

/** What was read of one campaign, and when. Real times are of `performance.now()`. */
interface Reading {
  readonly came: CameOrWhyNot;
  /** What the campaign was: its version and its counters. Null = the reading failed. */
  readonly of: string | null;
  readonly tookMs: number;
  readonly endedAt: number;
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
 * What came of campaigns, each as it was read last: a reading takes seconds, so no answer waits for
 * one. A campaign that is over is read again only when it has changed.
 */
export class LookBacks {
  readonly #readings = new Map<string, Reading>();
  readonly #underWay = new Set<string>();
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
  newest(
    { campaign, version }: CampaignRecord,
    counters: Counters,
    read: () => Promise<CameOrWhyNot>,
  ): CameOrWhyNot {
    const { createdAt, definition, state } = campaign;
    // Another campaign may have had this name before.
    const key = `${createdAt} ${definition.campaign}`;
    const of = JSON.stringify([version, counters]);
    const reading = this.#readings.get(key);
    const isOver = 'endedAt' in state && state.endedAt !== null;
    if (!this.#underWay.has(key) && this.#isDue(reading, of, isOver)) void this.#read(key, of, read);
    return reading?.came ?? notReadYet;
  }

  async #read(key: string, of: string, read: () => Promise<CameOrWhyNot>): Promise<void> {
    this.#underWay.add(key);
    const begunAt = performance.now();
    const found = await read().then(
      (came) => ({ came, of }),
      (error: unknown) => {
        this.#log.warn({ campaign: key, error }, 'could not read what came of a campaign');
        return { came: `what came could not be read: ${reasonOf(error)}`, of: null };
      },
    );
    const endedAt = performance.now();
    this.#readings.delete(key);
    this.#readings.set(key, { ...found, tookMs: endedAt - begunAt, endedAt });
    const [oldest] = this.#readings.keys();
    if (this.#readings.size > campaignsAtMost && oldest !== undefined) this.#readings.delete(oldest);
    this.#underWay.delete(key);
  }

  #isDue(reading: Reading | undefined, of: string, isOver: boolean): boolean {
    if (reading === undefined) return true;
    if (isOver && reading.of === of) return false;
    const { notBeforeMs, restTimes } = this.#timing;
    return performance.now() - reading.endedAt >= Math.max(notBeforeMs, reading.tookMs * restTimes);
  }
}
