import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { Binding } from '../../shared/domain/campaign/binding.ts';
import type { CampaignForecast, Ends } from '../../shared/domain/campaign/forecast.ts';
import type { HeldForecasts, PastForecast } from './past-forecasts.ts';

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
  /** What holds it up; left out where that was not asked. */
  readonly binds?: BindsStatus | undefined;
}

/** What holds a campaign up: the gain of leaving a limit out, the largest first. */
export interface BindsStatus {
  /** In one line; null = nobody can say, for the reason in `because`. */
  readonly says: string | null;
  readonly because: string | null;
  readonly limits: readonly {
    readonly limit: string;
    readonly endMs: number | null;
    readonly mostMs: number | null;
    readonly says: string;
  }[];
  /** Limits that were left out, each for itself. */
  readonly tried: readonly string[];
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
  const binds = forecast.binds === undefined ? {} : { binds: bindsStatus(forecast.binds) };
  const common = { campaign: definition.campaign, madeAt: isoOf(forecast.madeAt), ...past, ...binds };
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

/** Where nothing is computed, the moment until which nothing may begin is sure all the same. */
function bindsStatus({ says, because, limits, tried, closed }: Binding): BindsStatus {
  return {
    says: says ?? closed?.says ?? null,
    because,
    limits: limits.map(({ limit, endMs, mostMs, says: words }) => ({ limit, endMs, mostMs, says: words })),
    tried,
  };
}

function inWords(ends: Ends): ForecastEnds;
function inWords(ends: Ends | null): ForecastEnds | null;
function inWords(ends: Ends | null): ForecastEnds | null {
  return ends === null ? null : { p50: isoOf(ends.p50), p90: isoOf(ends.p90) };
}
