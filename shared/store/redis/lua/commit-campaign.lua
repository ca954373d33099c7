-- Compare-and-set of a campaign by its version; 0 = someone else was faster.
-- ARGV: campaign, version; lists: campaign hash, audit
local campaign, version = ARGV[1], ARGV[2]
if redis.call('HGET', key('campaign', campaign), 'version') ~= version then return 0 end
local nextList = lists(3)
redis.call('HSET', key('campaign', campaign), unpack(ARGV, nextList()))
addAudit(nextList())
return 1
