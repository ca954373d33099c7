-- Publishes a shard's part of a campaign whose head is not written yet, so nobody sees it. What an earlier creation that
-- died has left under this name goes; 0 = a later creation has come here first, -1 = something of what was staged is gone.
-- ARGV: campaign, token of the staging keys, number of the reservation, waves, clients;
--       lists: campaign hash, wave:server pairs, counters, servers
local campaign, token, number = ARGV[1], ARGV[2], ARGV[3]
local present = redis.call('HMGET', key('campaign', campaign), 'reservation', 'waves')
if tonumber(present[1] or 0) > tonumber(number) then return 0 end
if not isStaged(token, ARGV[5], lists(6)) then return -1 end
for _, server in ipairs(redis.call('SMEMBERS', key('servers', campaign))) do
  for wave = 0, tonumber(present[2] or 0) - 1 do redis.call('UNLINK', key('waiting', campaign, wave, server)) end
end
for _, name in ipairs({ 'campaign', 'members', 'counters', 'servers' }) do redis.call('UNLINK', key(name, campaign)) end
redis.call('HSET', key('campaign', campaign), 'reservation', number, 'waves', ARGV[4])
publishCampaign(campaign, token, lists(6))
return 1
