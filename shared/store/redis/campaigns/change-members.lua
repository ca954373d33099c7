-- @include ../upgrades/indexes.lua
-- @include ../core/counters.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- @include ../core/name-parts.lua

-- Lets clients of this shard join a campaign, leave it, or wait in another wave. Each is compared
-- and set: a client that does not stand where the step says is passed over. Returns false when the
-- campaign has another version here or is being removed; else 1 for each step that was made, 0 for
-- each other one.
-- ARGV: JSON of campaign, version, position (of the first step among those who join), how many; for
--       each step: client, from ('' = the campaign does not know the client), to ('' = the campaign
--       forgets the client); list: audit
local asked = cjson.decode(ARGV[1])
local campaign = asked.campaign
local found = redis.call('HMGET', key('campaign', campaign), 'version', 'status')
if found[1] ~= asked.version or found[2] == 'removing' then return false end
local members, counters = key('members', campaign), key('counters', campaign)

-- A client that changes its wave keeps its place among the clients of the campaign.
local function leave(client, from)
  local wave, queue = string.match(from, '^(%d+)|(.*)$')
  local waiting = key('waiting', campaign, wave, queue)
  local position = redis.call('ZSCORE', waiting, client)
  redis.call('ZREM', waiting, client)
  redis.call('HDEL', members, client)
  count(counters, 'state|' .. wave .. '|' .. serverOf(queue) .. '|waiting', -1)
  return position
end

local function enter(client, to, position)
  local wave, queue = string.match(to, '^(%d+)|(.*)$')
  redis.call('ZADD', key('waiting', campaign, wave, queue), position, client)
  redis.call('HSET', members, client, to)
  redis.call('SADD', key('servers', campaign), queue)
  count(counters, 'state|' .. wave .. '|' .. serverOf(queue) .. '|waiting', 1)
end

redis.call('HINCRBY', key('campaign', campaign), 'memberSteps', 1)
local made = {}
local position = 3
for at = 1, tonumber(asked.steps) do
  local client, from, to = unpack(ARGV, position - 1, position + 1)
  local first, last = lists(position + 2)()
  position = last + 2
  local member = redis.call('HGET', members, client)
  local isThere = from == '' and not member or from ~= '' and member == from
  local isFree = from ~= '' or redis.call('HEXISTS', key('claims'), client) == 0
  made[at] = 0
  if isThere and isFree then
    local place = from ~= '' and leave(client, from) or nil
    if to ~= '' then enter(client, to, place or tonumber(asked.position) + at) end
    if from == '' or to == '' then
      noteName(key('memberNames', campaign), key('memberNameParts', campaign), client, to ~= '')
    end
    addAudit(first, last)
    made[at] = 1
  end
end
return made
