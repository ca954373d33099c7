import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { HeldForecasts, PastForecast } from './past-forecasts.ts';
import type { CampaignForecast, Ends } from '../../shared/domain/campaign/forecast.ts';

/** Half of the simulations end at `p50` at the latest, nine of ten at `p90`: ISO 8601, UTC. */
export interface ForecastEnds {
  readonly p50: string;
  readonly p90: string;
}

/** When a running campaign ends, as people and programs read it. */
export interface ForecastStatus {
  readonly campaign: string;
  /** Policy time at which the forecast was made. */
  readonly madeAt: string;
  /** Null = no end is forecast, for the reason in `because`. */
  readonly ends: ForecastEnds | null;
  readonly because: string | null;
  /** When the last client of each wave is finished; null = all of them are. */
  readonly waves: readonly { readonly wave: string; readonly ends: ForecastEnds | null }[];
  /** How many simulations it follows from; 0 = there is no forecast. */
  readonly replicates: number;
  /** How many clients the figures were counted from. */
  readonly looked: number;
  readonly settled: number;
  /** How its earlier forecasts held, the oldest first. */
  readonly earlier: readonly PastForecast[];
  /** How forecasts held over all campaigns that have ended; left out = none is known. */
  readonly inAll?: HeldForecasts | undefined;
}

/** What became of forecasts that were made before. */
export interface Past {
  readonly earlier: readonly PastForecast[];
  readonly inAll: HeldForecasts | null;
}

/** The forecast of a campaign with the names of its waves. */
export function forecastStatus(
  { definition }: Campaign,
  forecast: CampaignForecast,
  { earlier, inAll }: Past,
): ForecastStatus {
  const past = { earlier, ...(inAll === null ? {} : { inAll }) };
  const common = { campaign: definition.campaign, madeAt: isoOf(forecast.madeAt), ...past };
  if (forecast.end === null)
    return {
      ...common,
      ends: null,
      because: forecast.because,
      waves: [],
      replicates: 0,
      looked: 0,
      settled: 0,
    };
  const { end, waves, replicates, looked, settled } = forecast;
  return {
    ...common,
    ends: inWords(end),
    because: null,
    waves: definition.waves.map(({ name }, wave) => ({ wave: name, ends: inWords(waves[wave] ?? null) })),
    replicates,
    looked,
    settled,
  };
}

function inWords(ends: Ends): ForecastEnds;
function inWords(ends: Ends | null): ForecastEnds | null;
function inWords(ends: Ends | null): ForecastEnds | null {
  return ends === null ? null : { p50: isoOf(ends.p50), p90: isoOf(ends.p90) };
}
