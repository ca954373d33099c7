-- Keeps what happened to a client for the stop rules of its campaign: one entry for each kind, and
-- for each cause (once more for a cause of a failure), with the newest time. What is too old for
-- every rule goes.
-- The list has kind and cause of each fact in turn.
-- ifCounted: '1' = the sender does not know whether the campaign has stop rules
local factKinds = { 'failed', 'blocked', 'unreachable', 'timedOut', 'undone', 'unhealthy', 'tried', 'causes', 'failures' }

local function addFacts(campaign, client, at, ifCounted, first, last)
  if last < first then return end
  local longest = tonumber(redis.call('HGET', key('campaign', campaign), 'factsMs') or '')
  if not longest and ifCounted == '1' then return end
  for position = first, last, 2 do
    local kind, cause = ARGV[position], ARGV[position + 1]
    redis.call('ZADD', key('facts', campaign, kind), 'GT', at, client)
    if cause ~= '' then
      redis.call('ZADD', key('facts', campaign, 'causes'), 'GT', at, client .. '|' .. cause)
      if kind == 'failed' then redis.call('ZADD', key('facts', campaign, 'failures'), 'GT', at, client .. '|' .. cause) end
    end
  end
  -- A campaign of an earlier version of servpack does not say for how long facts count.
  if not longest then return end
  local oldest = string.format('%.0f', tonumber(at) - longest)
  for _, kind in ipairs(factKinds) do
    redis.call('ZREMRANGEBYSCORE', key('facts', campaign, kind), '-inf', oldest)
  end
end
