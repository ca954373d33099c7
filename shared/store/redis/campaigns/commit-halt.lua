-- Holds every campaign, or lets them go on: compare-and-set by version; 0 = someone else was faster.
-- ARGV: version, on (1 or 0), JSON; list: audit
local record = key('halt')
local version = tonumber(redis.call('HGET', record, 'version') or 0)
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', record, 'version', version + 1, 'on', ARGV[2], 'json', ARGV[3])
addAudit(lists(4)())
return 1
