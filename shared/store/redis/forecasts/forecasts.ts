import type { KeptForecasts } from '../../../domain/campaign/forecast.ts';
import type { ForecastStore } from '../../forecast-store.ts';
import { lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const keepForecastsScript = script(
  import.meta.url,
  'keep-forecasts',
  lua`
-- @include ../leader/leader.lua

-- Keeps the forecasts of a campaign. Returns 0 when the campaign is not there or is being removed:
-- nothing would ever remove them.
-- ARGV: leader (fence, '' = not a round), campaign, its forecasts as JSON
if isDeposed(ARGV[1]) then return 0 end
local status = redis.call('HGET', key('campaign', ARGV[2]), 'status')
if not status or status == 'removing' then return 0 end
redis.call('HSET', key('forecasts'), ARGV[2], ARGV[3])
return 1`,
);

/** Shard 0 holds the forecasts of all campaigns. */
export const forecastStoreOf = ({ redis, keys, run }: Shard): ForecastStore => ({
  readForecasts: async (campaign) => {
    const found = await redis.hget(keys.of('forecasts'), campaign);
    return found === null ? null : (JSON.parse(found) as KeptForecasts);
  },
  forecasts: async () =>
    Object.entries(await redis.hgetall(keys.of('forecasts')))
      .map(([campaign, text]) => ({ campaign, kept: JSON.parse(text) as KeptForecasts }))
      .sort((a, b) => (a.campaign < b.campaign ? -1 : 1)),
  keepForecasts: async (campaign, kept, leader) =>
    (await run(keepForecastsScript, leader ?? '', campaign, JSON.stringify(kept))) === 1,
});
