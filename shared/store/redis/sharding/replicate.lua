-- Tells a shard how a campaign stands. Never an older version over a newer one.
-- ARGV: campaign, version; list: campaign hash
local campaign, version = ARGV[1], tonumber(ARGV[2])
local present = tonumber(redis.call('HGET', key('campaign', campaign), 'version') or 0)
if present >= version then return 0 end
local first, last = lists(3)()
redis.call('HSET', key('campaign', campaign), unpack(ARGV, first, last))
return 1
