-- Makes a campaign visible whose clients were staged before, in pieces. 0 = the name was taken meanwhile,
-- -1 = something of what was staged is gone.
-- ARGV: campaign, token of the staging keys, number of the reservation ('' = the only shard, nothing was reserved), clients;
--       lists: campaign hash, wave:server pairs, counters, servers, audit
local campaign, token, number = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', key('campaign', campaign)) == 1 then return 0 end
if number ~= '' and redis.call('GET', key('reserved', campaign)) ~= number then return 0 end
if not isStaged(token, ARGV[4], lists(5)) then return -1 end
if number ~= '' then redis.call('DEL', key('reserved', campaign)) end
local nextList = lists(5)
publishCampaign(campaign, token, nextList)
redis.call('SADD', key('campaigns'), campaign)
addAudit(nextList())
return 1
