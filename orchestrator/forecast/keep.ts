import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type {
  CampaignForecast,
  EarlierForecast,
  ForecastBasis,
  KeptForecasts,
} from '../../shared/domain/campaign/forecast.ts';

import type { Planned } from '../../shared/domain/campaign/planned.ts';

/** Shares of finished clients, in percent, at which a forecast is kept for comparison. */
const sharesKept = [10, 25, 50, 75] as const;

/** How far a campaign is. */
export interface Progress {
  readonly finished: number;
  readonly size: number;
}

/** A forecast of a campaign, and what the campaign was when the forecast was made. */
export interface MadeForecast extends Progress {
  readonly basis: ForecastBasis;
  readonly forecast: CampaignForecast;
}

/** What a forecast of this campaign depends on; null = it has not started. */
export function basisOf({ state, edition, stepAnswers }: Campaign): ForecastBasis | null {
  if (!('startedAt' in state)) return null;
  return {
    startedAt: state.startedAt,
    ...(edition === undefined ? {} : { edition }),
    ...(stepAnswers === undefined ? {} : { stepAnswers }),
  };
}

/** Was the forecast made of the campaign as it is now? */
export function fits(kept: Pick<KeptForecasts, 'basis'>, campaign: Campaign): boolean {
  const now = basisOf(campaign);
  const { basis } = kept;
  return (
    basis.startedAt === now?.startedAt &&
    basis.edition === now.edition &&
    basis.stepAnswers === now.stepAnswers
  );
}

/** The forecasts to keep after one more was made. */
export function withForecast(
  kept: KeptForecasts | null,
  { basis, forecast, finished, size }: MadeForecast,
): KeptForecasts {
  const earlier = kept?.basis.startedAt === basis.startedAt ? kept.earlier : [];
  const { edition } = basis;
  const isKept = forecast.end !== null && isAtNextShare(earlier, { finished, size });
  return {
    ...plannedOf(kept, basis),
    basis,
    finished,
    newest: forecast,
    earlier: isKept
      ? [
          ...earlier,
          {
            madeAt: forecast.madeAt,
            finished,
            size,
            end: forecast.end,
            ...(edition === undefined ? {} : { edition }),
          },
        ]
      : earlier,
  };
}

/** The plan of the same start, which stays. */
const plannedOf = (
  kept: KeptForecasts | null,
  { startedAt }: ForecastBasis,
): Pick<KeptForecasts, 'planned'> =>
  kept?.planned === undefined || kept.basis.startedAt !== startedAt ? {} : { planned: kept.planned };

/** What is kept when a campaign was planned at its start. */
export const withPlan = (kept: KeptForecasts | null, basis: ForecastBasis, planned: Planned): KeptForecasts =>
  kept?.basis.startedAt === basis.startedAt
    ? { ...kept, planned }
    : { basis, finished: 0, newest: null, earlier: [], planned };

/** What is kept of a campaign that stands still: no forecast fits when it goes on. */
export const withdrawn = (kept: KeptForecasts): KeptForecasts => ({ ...kept, newest: null });

/** Has the campaign come to a share of finished clients of which no forecast is kept? */
export function isAtNextShare(earlier: readonly EarlierForecast[], now: Progress): boolean {
  const reached = shareReached(now);
  return reached > 0 && earlier.every((each) => shareReached(each) < reached);
}

/** The largest share in `sharesKept` that is finished; 0 = none. */
const shareReached = ({ finished, size }: Progress): number =>
  sharesKept.findLast((share) => finished * 100 >= share * size) ?? 0;

/** What decides whether a forecast is made now. Times are policy time. */
export interface Dates {
  readonly now: number;
  /** A forecast is made again after this time. */
  readonly everyMs: number;
}

/**
 * Whether a forecast of a running campaign is made: at once where none fits, else when its numbers
 * have changed and the last one is old, or another share is finished, or its P90 has passed.
 * @param isChanged the numbers of the campaign have changed since the last forecast
 */
export function isDue(
  kept: KeptForecasts | null,
  campaign: Campaign,
  progress: Progress,
  isChanged: boolean,
  { now, everyMs }: Dates,
): 'at once' | 'in turn' | null {
  if (kept?.newest === undefined || kept.newest === null || !fits(kept, campaign)) return 'at once';
  const { newest } = kept;
  const isOld = now - newest.madeAt >= everyMs;
  if (newest.end !== null && newest.end.p90 <= now && isOld) return 'in turn';
  if (!isChanged) return null;
  return isOld || (newest.end !== null && isAtNextShare(kept.earlier, progress)) ? 'in turn' : null;
}
