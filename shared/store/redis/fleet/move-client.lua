-- Replaces a fleet entry that is still as it was read: 0 = it is not.
-- ARGV: client, entry before, entry after; list: audit
if redis.call('HGET', key('fleet'), ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', key('fleet'), ARGV[1], ARGV[3])
addAudit(lists(4)())
return 1
