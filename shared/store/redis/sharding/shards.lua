-- Keeps the number of shards that a store was first opened with, and says which that was. A store with a fleet and no
-- number is older than shards: it has one.
-- ARGV: number of shards
local stored = redis.call('GET', key('shards'))
if not stored then
  stored = redis.call('EXISTS', key('fleet')) == 1 and '1' or ARGV[1]
  redis.call('SET', key('shards'), stored)
end
return stored
