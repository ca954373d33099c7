-- @include lines.lua

-- Writes what became of a try to deliver a message. Returns 0 when the message does not head the
-- line of this destination.
-- ARGV: destination, message, the try as JSON, the next try as JSON ('' = none), how many tries
--       are kept
local line, heads = key('noticeLine', ARGV[1]), key('noticeHeads')
if redis.call('LINDEX', line, 0) ~= ARGV[2] then return 0 end
redis.call('LPUSH', key('deliveries'), ARGV[3])
redis.call('LTRIM', key('deliveries'), 0, ARGV[5] - 1)
if ARGV[4] ~= '' then
  redis.call('HSET', heads, ARGV[1], ARGV[4])
  return 1
end
redis.call('LPOP', line)
if redis.call('HINCRBY', key('noticeOpen'), ARGV[2], -1) <= 0 then
  redis.call('HDEL', key('noticeOpen'), ARGV[2])
end
local next = redis.call('LINDEX', line, 0)
if next then
  redis.call('HSET', heads, ARGV[1], headOf(next))
else
  redis.call('HDEL', heads, ARGV[1])
end
return 1
