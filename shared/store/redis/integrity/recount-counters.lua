-- @include ../leader/leader.lua
-- @include ../core/counters.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Sets counters to a recount of this shard's records, if none of them has changed since and no
-- client has been admitted. Returns 0 when one has; the next pass counts again. Returns 0, too,
-- when the counters are right by now: a commit came between the reading of the two.
-- After Redis has lost a second, other changes may stand under the same versions; the newest audit
-- entry is another one then.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: leader fence, campaign, newest audit entry before the recount ('' = none); lists:
-- campaign.client and version of each, counters, audit
if isDeposed(ARGV[1]) then return 0 end
local campaign = ARGV[2]
local newest = redis.call('XREVRANGE', key('audit'), '+', '-', 'COUNT', 1)[1]
if (newest and newest[1] or '') ~= ARGV[3] then return 0 end
local nextList = lists(4)
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
local from, to = nextList()
local present = redis.call('HGETALL', key('counters', campaign))
local amounts = {}
for at = 1, #present, 2 do amounts[present[at]] = tonumber(present[at + 1]) end
local isSame = true
for at = from, to, 2 do
  if amounts[ARGV[at]] ~= tonumber(ARGV[at + 1]) then isSame = false end
  amounts[ARGV[at]] = nil
end
if isSame and next(amounts) == nil then return 0 end
redis.call('DEL', key('counters', campaign))
addCounters(campaign, from, to)
addAudit(nextList())
return 1
