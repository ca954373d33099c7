import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Ends } from '../../shared/domain/campaign/forecast.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { fits } from '../forecast/keep.ts';
import { spanInWords } from './duration-text.ts';
import type { Surroundings } from './surroundings.ts';
import { whyNoEnd } from './why-no-end.ts';

/** When a running campaign ends by its newest forecast, or why that is not said. ISO 8601, UTC. */
export interface EndForecast {
  /** Null = no forecast that fits the campaign is kept. */
  readonly madeAt: string | null;
  /** Null = no end is forecast, for the reason in `because`. `p50` is null when it has passed. */
  readonly ends: { readonly p50: string | null; readonly p90: string } | null;
  readonly because: string | null;
  /** The same as one sentence, with the age of the forecast. */
  readonly says: string;
}

/**
 * What the status of a campaign says of its end; null = it neither runs nor is paused. A forecast
 * that was made of another edition, or whose campaign stands still, is not shown.
 * @param now policy time
 */
export function endForecast(
  campaign: Campaign,
  counters: Counters,
  surroundings: Surroundings,
  now: number,
): EndForecast | null {
  const { status } = campaign.state;
  if (status !== 'running' && status !== 'paused') return null;
  const standing = whyNoEnd(campaign, counters, surroundings);
  if (standing !== null) return without(standing);
  const { kept = null } = surroundings;
  if (kept?.newest === undefined || kept.newest === null || !fits(kept, campaign))
    return without('one is being made');
  const { newest } = kept;
  const madeAt = isoOf(newest.madeAt);
  const age = ageWords(newest.madeAt, now);
  if (newest.end === null)
    return { madeAt, ends: null, because: newest.because, says: `no forecast: ${newest.because} (${age})` };
  if (newest.end.p90 <= now) return { madeAt, ...overdue(newest.end) };
  const p90 = isoOf(newest.end.p90);
  const p50 = newest.end.p50 <= now ? null : isoOf(newest.end.p50);
  const says =
    p50 === null
      ? `ends: P90 ${p90}; half of the simulations ended before now (${age})`
      : `ends: P50 ${p50}, P90 ${p90} (${age})`;
  return { madeAt, ends: { p50, p90 }, because: null, says };
}

const without = (because: string): EndForecast => ({
  madeAt: null,
  ends: null,
  because,
  says: `no forecast: ${because}`,
});

/** A moment that has passed is no forecast. */
function overdue({ p90 }: Ends): Omit<EndForecast, 'madeAt'> {
  const because = `it was due before ${isoOf(p90)} by nine of ten simulations; a new one is being made`;
  return { ends: null, because, says: `no forecast: ${because}` };
}

/** `forecast 3 min old`. */
const ageWords = (madeAt: number, now: number): string =>
  `forecast ${spanInWords(Math.max(0, now - madeAt))} old`;
