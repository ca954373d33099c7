-- Keeps what happened to a client for the stop rules of its campaign: one entry for each kind, and
-- for each cause, with the newest time. The list has kind and cause of each fact in turn.
local function addFacts(campaign, client, at, first, last)
  for position = first, last, 2 do
    local kind, cause = ARGV[position], ARGV[position + 1]
    redis.call('ZADD', key('facts', campaign, kind), 'GT', at, client)
    if cause ~= '' then redis.call('ZADD', key('facts', campaign, 'causes'), 'GT', at, client .. '|' .. cause) end
  end
end
