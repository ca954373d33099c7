-- @include ../leader/leader.lua
-- @include ../core/counters.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Sets counters to a recount of this shard's records, if none of them has changed since and no
-- client has been admitted. Returns 0 when one has; the next pass counts again.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: leader fence, campaign; lists: campaign.client and version of each, counters, audit
if isDeposed(ARGV[1]) then return 0 end
local campaign = ARGV[2]
local nextList = lists(3)
local first, last = nextList()
local recorded = 0
for at = first, last, 2 do
  if redis.call('HGET', key('upgrade', ARGV[at]), 'v') ~= ARGV[at + 1] then return 0 end
  recorded = recorded + 1
end
for _, member in ipairs(redis.call('HVALS', key('members', campaign))) do
  if member == '' then recorded = recorded - 1 end
end
if recorded ~= 0 then return 0 end
redis.call('DEL', key('counters', campaign))
addCounters(campaign, nextList())
addAudit(nextList())
return 1
