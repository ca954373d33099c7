import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { EarlierForecast, KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { counted } from '../domain/counted.ts';

/** A forecast that was made on the way, against what is so now. Times are ISO 8601, UTC. */
export interface PastForecast {
  readonly madeAt: string;
  /** How many of a hundred clients were finished then. */
  readonly finishedPercent: number;
  readonly p50: string;
  readonly p90: string;
  /** Did the end come before P90? Null = P90 is still to come, or the campaign was aborted. */
  readonly held: boolean | null;
  readonly says: string;
}

/** How the earlier forecasts of a campaign held, the oldest first; none = none is kept. */
export function pastForecasts(
  { state, edition }: Campaign,
  kept: KeptForecasts | null | undefined,
  now: number,
): readonly PastForecast[] {
  if (kept === null || kept === undefined || !('startedAt' in state)) return [];
  // A campaign that was removed and created again has another start.
  if (kept.basis.startedAt !== state.startedAt) return [];
  const endedAt = state.status === 'ended' ? state.endedAt : null;
  const isAborted = state.status === 'aborted';
  return kept.earlier.map((each) => {
    const finishedPercent = percentOf(each);
    const held = isAborted ? null : heldOf(each, endedAt, now);
    const [p50, p90] = [isoOf(each.end.p50), isoOf(each.end.p90)];
    const edited = each.edition === edition ? '' : ' before it was edited';
    const came = isAborted ? 'it was aborted' : cameWords(each, endedAt, now);
    const says = `at ${finishedPercent} %${edited} it said P50 ${p50}, P90 ${p90}; ${came}`;
    return { madeAt: isoOf(each.madeAt), finishedPercent, p50, p90, held, says };
  });
}

const percentOf = ({ finished, size }: EarlierForecast): number =>
  size === 0 ? 0 : Math.floor((finished * 100) / size);

/** A P90 that has passed did not hold, whenever the end comes. */
function heldOf({ end }: EarlierForecast, endedAt: number | null, now: number): boolean | null {
  if (endedAt !== null) return endedAt <= end.p90;
  return end.p90 < now ? false : null;
}

function cameWords({ end }: EarlierForecast, endedAt: number | null, now: number): string {
  if (endedAt !== null) return `it ended ${isoOf(endedAt)}`;
  return end.p90 < now ? 'it has not ended' : 'that is still to come';
}

/** How forecasts held over all campaigns that have ended. */
export interface HeldForecasts {
  readonly past: number;
  readonly beforeP90: number;
  readonly says: string;
}

/** @returns null where no campaign with earlier forecasts has ended */
export function heldInAll(
  campaigns: readonly { readonly campaign: Campaign; readonly kept: KeptForecasts }[],
  now: number,
): HeldForecasts | null {
  const held = campaigns
    .filter(({ campaign }) => campaign.state.status === 'ended')
    .flatMap(({ campaign, kept }) => pastForecasts(campaign, kept, now).map((each) => each.held));
  if (held.length === 0) return null;
  const beforeP90 = held.filter((each) => each === true).length;
  const says = `of ${counted(held.length, 'past forecast')} the end came before P90 in ${beforeP90}`;
  return { past: held.length, beforeP90, says };
}
