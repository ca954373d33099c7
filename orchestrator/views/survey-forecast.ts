import { type LastLook, countersOfLook } from '../../shared/domain/survey/last-look.ts';
import type { LadderStep } from '../../shared/domain/rules/policy.ts';
import { type Findings, findingsOf } from '../../shared/domain/survey/survey.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** A look older than this says little about a client of today. */
export const recentMs = 7 * 24 * 3_600_000;

/** What the last looks say about the clients that a campaign is for. Counts are clients. */
export interface Forecast extends Findings {
  /** With a recent look, one that could not look included. */
  readonly looked: number;
  /** Clients without a recent look: what a campaign would meet there is unknown. */
  readonly notLooked: number;
  /** The oldest of the recent looks; null = there is none. */
  readonly oldest: string | null;
  /** At most so many services would be moved on clients with a recent look. */
  readonly relocations: number;
  /** The ladder of the campaign has a relocation in it. */
  readonly mayRelocate: boolean;
}

export interface Forecasting {
  /** Adds one client of the campaign; null = it was never looked at. */
  add(look: LastLook | null): void;
  forecast(ladder: readonly LadderStep[]): Forecast;
}

/**
 * Sums up looks one by one: there may be a million of them.
 * @param product of the campaign's release: looks for another product say nothing about it; null =
 * not known yet
 */
export function forecasting(product: string | null, now: number): Forecasting {
  const counters: Record<string, number> = {};
  let [looked, notLooked] = [0, 0];
  let oldest: number | null = null;
  return {
    add: (look) => {
      const isOther = product !== null && look?.product !== product;
      if (look === null || isOther || now - look.at > recentMs) {
        notLooked += 1;
        return;
      }
      looked += 1;
      oldest = Math.min(oldest ?? look.at, look.at);
      for (const [name, count] of Object.entries(countersOfLook(look)))
        counters[name] = (counters[name] ?? 0) + count;
    },
    forecast: (ladder) => {
      const findings = findingsOf(counters);
      const mayRelocate = ladder.includes('relocation');
      return {
        ...findings,
        looked,
        notLooked,
        oldest: oldest === null ? null : isoOf(oldest),
        relocations: mayRelocate ? findings.movable : 0,
        mayRelocate,
      };
    },
  };
}
