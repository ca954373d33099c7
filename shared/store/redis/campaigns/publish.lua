-- @include ../core/counters.lua
-- @include ../core/lists.lua

-- Clients of a new campaign are staged in pieces, under a token. Staged keys expire when their
-- writer dies; published keys stay.

local function publish(staged, final)
  if redis.call('EXISTS', staged) == 0 then return end
  redis.call('RENAME', staged, final)
  redis.call('PERSIST', final)
end

-- Is every client still there that was staged? A Redis that took over meanwhile may know less.
-- The lists are those of `publishCampaign`.
local function isStaged(token, clients, nextList)
  nextList()
  local first, last = nextList()
  local queued = 0
  for at = first, last do queued = queued + redis.call('ZCARD', key('staging', token, ARGV[at])) end
  return queued == tonumber(clients) and redis.call('HLEN', key('staging', token, 'members')) == queued
end

-- The lists: campaign hash, `wave:queue` pairs, counters, queues.
local function publishCampaign(campaign, token, nextList)
  local first, last = nextList()
  redis.call('HSET', key('campaign', campaign), unpack(ARGV, first, last))
  first, last = nextList()
  for at = first, last do publish(key('staging', token, ARGV[at]), key('waiting', campaign, ARGV[at])) end
  publish(key('staging', token, 'members'), key('members', campaign))
  publish(key('staging', token, 'names'), key('memberNames', campaign))
  publish(key('staging', token, 'parts'), key('memberNameParts', campaign))
  addCounters(campaign, nextList())
  first, last = nextList()
  for at = first, last do redis.call('SADD', key('servers', campaign), ARGV[at]) end
  redis.call('SADD', key('slotHolders'), campaign)
end
