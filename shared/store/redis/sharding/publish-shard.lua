-- @include ../campaigns/publish.lua

-- Publishes a shard's part of a campaign whose head is not written yet, so no reader sees it.
-- Removes what an earlier creation under this name left when it died. Returns 0 when a later
-- creation has come here first, -1 when a part of what was staged is gone.
-- ARGV: JSON of campaign, token (of the staging keys), reservation, waves, clients (how many each);
--       lists: those of `publishCampaign`
local asked = cjson.decode(ARGV[1])
local campaign = asked.campaign
local present = redis.call('HMGET', key('campaign', campaign), 'reservation', 'waves')
if tonumber(present[1] or 0) > tonumber(asked.reservation) then return 0 end
if not isStaged(asked.token, asked.clients, lists(2)) then return -1 end
for _, queue in ipairs(redis.call('SMEMBERS', key('servers', campaign))) do
  for wave = 0, tonumber(present[2] or 0) - 1 do redis.call('UNLINK', key('waiting', campaign, wave, queue)) end
end
for _, name in ipairs({ 'campaign', 'members', 'memberNames', 'memberNameParts', 'counters', 'servers' }) do
  redis.call('UNLINK', key(name, campaign))
end
redis.call('HSET', key('campaign', campaign), 'reservation', asked.reservation, 'waves', asked.waves)
publishCampaign(campaign, asked.token, lists(2))
return 1
