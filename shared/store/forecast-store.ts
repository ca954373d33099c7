import type { KeptForecasts } from '../domain/campaign/forecast.ts';
import type { LeaderFence } from './leader-store.ts';

/** A campaign and its kept forecasts. */
export interface ForecastRecord {
  readonly campaign: string;
  readonly kept: KeptForecasts;
}

/** The forecasts of campaigns. They go when their campaign is removed. */
export interface ForecastStore {
  /** Null = none was made of this campaign. */
  readForecasts(campaign: string): Promise<KeptForecasts | null>;
  /** Those of all campaigns, in the order of their names. */
  forecasts(): Promise<readonly ForecastRecord[]>;
  /**
   * Keeps the forecasts of a campaign in place of those before. Without an audit entry: a forecast
   * changes nothing, and no round has to look at the campaign because of it.
   * @returns false when there is no such campaign, when it is being removed, or when another
   * orchestrator leads by now: nothing is kept
   */
  keepForecasts(campaign: string, kept: KeptForecasts, leader?: LeaderFence): Promise<boolean>;
}
