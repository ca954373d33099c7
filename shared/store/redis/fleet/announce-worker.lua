-- A worker says that it is there. Those that have been silent for very long are forgotten.
-- ARGV: name, facts as JSON, its own clock, for how long it is good, how long who is gone is remembered (real milliseconds)
local now = realNow()
redis.call('ZADD', key('workers'), now + tonumber(ARGV[4]), ARGV[1])
redis.call('HSET', key('workerFacts'), ARGV[1], string.format('%d %d %s', now, tonumber(ARGV[3]) - now, ARGV[2]))
for _, name in ipairs(redis.call('ZRANGE', key('workers'), '-inf', now - tonumber(ARGV[5]), 'BYSCORE')) do
  redis.call('ZREM', key('workers'), name)
  redis.call('HDEL', key('workerFacts'), name)
end
return now
