-- Compare-and-set of a campaign by its version; 0 = someone else was faster.
-- ARGV: leader fence ('' = not a round), campaign, version, next status, starts ('' = does not matter);
--       lists: campaign hash, audit
if isDeposed(ARGV[1]) then return 0 end
local campaign, version, status, starts = unpack(ARGV, 2, 5)
local found = redis.call('HMGET', key('campaign', campaign), 'version', 'status')
if found[1] ~= version then return 0 end
-- Two campaigns that want the same client each looked before the other ran: the slower one looks again.
if starts ~= '' and (redis.call('GET', key('starts')) or '0') ~= starts then return 0 end
-- A paused one is at work already, and every look has seen it.
if status == 'running' and found[2] ~= 'running' and found[2] ~= 'paused' then redis.call('INCR', key('starts')) end
local nextList = lists(6)
redis.call('HSET', key('campaign', campaign), unpack(ARGV, nextList()))
addAudit(nextList())
return 1
