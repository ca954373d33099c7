-- A number that comes to 0 is dropped, so that counters and slots equal a recount of the records.
local function count(hash, field, by)
  if redis.call('HINCRBY', hash, field, by) == 0 then redis.call('HDEL', hash, field) end
end

-- Adds a list of counters and amounts to those of a campaign.
local function addCounters(campaign, first, last)
  local counters = key('counters', campaign)
  for at = first, last, 2 do count(counters, ARGV[at], ARGV[at + 1]) end
end
