-- Prolongs a lease for the driver that holds it; 0 = it is lost.
-- ARGV: campaign, client, fence counter, fence owner, lease in real ms
local id = ARGV[1] .. '.' .. ARGV[2]
local found = redis.call('HMGET', key('upgrade', id), 'n', 'o')
if found[1] ~= ARGV[3] or found[2] ~= ARGV[4] then return 0 end
local leaseEnd = realNow() + tonumber(ARGV[5])
redis.call('HSET', key('upgrade', id), 'l', leaseEnd)
redis.call('ZADD', key('driven'), leaseEnd, id)
return 1
