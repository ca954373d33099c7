-- Makes a campaign visible whose clients were staged before, in pieces. 0 = the name was taken meanwhile.
-- ARGV: campaign, token of the staging keys;
--       lists: campaign hash, wave:server pairs, counters, servers, audit
local campaign, token = ARGV[1], ARGV[2]
if redis.call('EXISTS', key('campaign', campaign)) == 1 then return 0 end

-- Staged keys expire when their writer dies; now they are here to stay.
local function publish(staged, final)
  if redis.call('EXISTS', staged) == 0 then return end
  redis.call('RENAME', staged, final)
  redis.call('PERSIST', final)
end

local nextList = lists(3)
local fieldsFirst, fieldsLast = nextList()
redis.call('HSET', key('campaign', campaign), unpack(ARGV, fieldsFirst, fieldsLast))
redis.call('SADD', key('campaigns'), campaign)

local first, last = nextList()
for at = first, last do publish(key('staging', token, ARGV[at]), key('waiting', campaign, ARGV[at])) end
publish(key('staging', token, 'members'), key('members', campaign))
addCounters(campaign, nextList())
first, last = nextList()
for at = first, last do redis.call('SADD', key('servers', campaign), ARGV[at]) end
addAudit(nextList())
return 1
