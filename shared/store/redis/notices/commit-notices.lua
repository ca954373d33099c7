-- @include ../core/lists.lua
-- @include ../leader/leader.lua
-- @include lines.lua

-- Puts messages into the lines of their destinations, with what their maker remembers.
-- Returns 0 when another change came first, or a newer leader was seen.
-- ARGV: the leader's fence ('' = none), version that was read, memory as JSON, how many messages
--       are kept; list: id, text, destinations with commas between them, of each message
if isDeposed(ARGV[1]) then return 0 end
local memory = key('notices')
if (redis.call('HGET', memory, 'version') or '0') ~= ARGV[2] then return 0 end
redis.call('HSET', memory, 'version', ARGV[2] + 1, 'memory', ARGV[3])
local first, last = lists(5)()
for at = first, last, 3 do
  local id = ARGV[at]
  redis.call('HSET', key('noticeTexts'), id, ARGV[at + 2] .. ' ' .. ARGV[at + 1])
  redis.call('LPUSH', key('noticeOrder'), id)
  for destination in string.gmatch(ARGV[at + 2], '[^,]+') do putInLine(destination, id) end
end
-- The oldest go, but none that still waits.
while redis.call('LLEN', key('noticeOrder')) > tonumber(ARGV[4]) do
  local oldest = redis.call('LINDEX', key('noticeOrder'), -1)
  if redis.call('HEXISTS', key('noticeOpen'), oldest) == 1 then break end
  redis.call('RPOP', key('noticeOrder'))
  redis.call('HDEL', key('noticeTexts'), oldest)
end
return 1
