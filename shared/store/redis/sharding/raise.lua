-- Raises a shard's quota; 0 = another round of grants has begun meanwhile, and this one knows too little.
-- ARGV: campaign, token of this round, quota
local record = key('campaign', ARGV[1])
if redis.call('HGET', record, 'grant') ~= ARGV[2] then return 0 end
redis.call('HSET', record, 'quota', ARGV[3], 'served', ARGV[2])
return 1
