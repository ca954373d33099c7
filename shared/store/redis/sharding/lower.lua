-- Lowers a shard's quota to its target, if it is above it, and keeps older rounds of grants out from now on.
-- ARGV: campaign, token of this round, target
local record = key('campaign', ARGV[1])
local found = redis.call('HMGET', record, 'quota', 'grant')
if tonumber(found[2] or 0) > tonumber(ARGV[2]) then return false end
local quota = math.min(tonumber(found[1] or 0), tonumber(ARGV[3]))
redis.call('HSET', record, 'quota', quota, 'grant', ARGV[2])
return { quota, tonumber(redis.call('HGET', key('slots', ARGV[1]), '*') or 0) }
