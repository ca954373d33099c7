-- Refuses check-in tokens of older generations. Returns the lowest one that is good then; what was raised is never lowered.
-- ARGV: client or *, lowest generation; list: audit
local known = tonumber(redis.call('HGET', key('tokens'), ARGV[1]) or 1)
local least = tonumber(ARGV[2])
if least <= known then return known end
redis.call('HSET', key('tokens'), ARGV[1], least)
addAudit(lists(3)())
return least
