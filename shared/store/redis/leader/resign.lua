-- Ends the leader's lease; its counter stays. Nothing happens when another leads.
-- ARGV: owner, leader fence
local found = redis.call('HMGET', key('leader'), 'owner', 'counter')
if found[1] == ARGV[1] and found[2] == ARGV[2] then redis.call('HDEL', key('leader'), 'owner', 'until') end
return 0
