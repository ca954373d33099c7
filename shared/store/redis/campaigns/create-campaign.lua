-- @include publish.lua
-- @include ../audit/audit.lua

-- Makes a campaign visible whose clients were staged before, in pieces. Returns 0 when the name was
-- taken meanwhile, -1 when a part of what was staged is gone or another campaign of this name has
-- lived meanwhile, -2 when clients were removed from the fleet since it was read.
-- ARGV: JSON of campaign, token (of the staging keys), reservation ('' = the only shard, where no
--       name is reserved), putBack (1 = a rebuild brings it), removals (how often clients had been
--       removed, '' = does not matter), clients (how many), life; lists: those of
--       `publishCampaign`, then audit
local asked = cjson.decode(ARGV[1])
local campaign, reservation = asked.campaign, asked.reservation
if redis.call('EXISTS', key('campaign', campaign)) == 1 then return 0 end
if asked.putBack ~= '1' then
  for _, other in ipairs(redis.call('SMEMBERS', key('campaigns'))) do
    if string.lower(other) == string.lower(campaign) then return 0 end
  end
end
if reservation ~= '' and redis.call('GET', key('reserved', campaign)) ~= reservation then return 0 end
if asked.removals ~= '' and (redis.call('GET', key('removals')) or '0') ~= asked.removals then return -2 end
local lives = string.match(redis.call('HGET', key('lives'), campaign) or '0', '^%d+')
if tonumber(lives) > tonumber(asked.life) then return -1 end
if not isStaged(asked.token, asked.clients, lists(2)) then return -1 end
if reservation ~= '' then redis.call('DEL', key('reserved', campaign)) end
local nextList = lists(2)
publishCampaign(campaign, asked.token, nextList)
redis.call('SADD', key('campaigns'), campaign)
addAudit(nextList())
return 1
