-- Tells a shard whether every campaign is held. Never an older version over a newer one.
-- ARGV: version, on (1 or 0)
local record = key('halt')
if tonumber(redis.call('HGET', record, 'version') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', record, 'version', ARGV[1], 'on', ARGV[2])
return 1
