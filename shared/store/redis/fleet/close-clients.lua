-- @include ../core/lists.lua

-- Closes the records of clients that leave the fleet: no campaign that knows them opens one again.
-- Closes none when a campaign keeps one of them. Returns `kept` with client, campaign, and 1 for
-- one that waits; else `closed` with what was known of each client before.
-- ARGV: 1 = close, 0 = only look; lists: clients, campaigns
local nextList = lists(2)
local first, last = nextList()
local firstCampaign, lastCampaign = nextList()
local kept, known = { 'kept' }, {}
for at = first, last do
  local client = ARGV[at]
  local claim = redis.call('HGET', key('claims'), client)
  if claim then
    kept[#kept + 1] = client
    kept[#kept + 1] = claim
    kept[#kept + 1] = '0'
  end
  known[at] = {}
  for of = firstCampaign, lastCampaign do
    local campaign = ARGV[of]
    local member = redis.call('HGET', key('members', campaign), client)
    local status = member and redis.call('HGET', key('campaign', campaign), 'status')
    if member and member ~= '' and status ~= 'aborted' and status ~= 'ended' then
      kept[#kept + 1] = client
      kept[#kept + 1] = campaign
      kept[#kept + 1] = '1'
    elseif member then
      known[at][#known[at] + 1] = campaign
    end
  end
end
if #kept > 1 then return kept end
local closed = { 'closed' }
if ARGV[1] == '0' then return closed end
for at = first, last do
  local client = ARGV[at]
  closed[#closed + 1] = redis.call('HGET', key('former'), client) or ''
  if #known[at] > 0 then redis.call('HSET', key('former'), client, table.concat(known[at], ' ')) end
  redis.call('HDEL', key('looks'), client)
  redis.call('HDEL', key('freeTimes'), client)
end
return closed
