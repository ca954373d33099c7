import type { ForecastStore } from '../../shared/store/forecast-store.ts';
import { isDeposed } from './leader.ts';
import { compare, statusOf, type Tables } from './tables.ts';

export const forecastStoreOf = (tables: Tables): ForecastStore => ({
  readForecasts: async (campaign) => tables.forecasts.get(campaign) ?? null,
  forecasts: async () =>
    [...tables.forecasts]
      .map(([campaign, kept]) => ({ campaign, kept }))
      .sort((a, b) => compare(a.campaign, b.campaign)),
  keepForecasts: async (campaign, kept, leader) => {
    if (isDeposed(tables, leader)) return false;
    const table = tables.campaigns.get(campaign);
    if (table === undefined || statusOf(table) === 'removing') return false;
    tables.forecasts.set(campaign, kept);
    return true;
  },
});
