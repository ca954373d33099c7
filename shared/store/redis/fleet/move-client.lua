-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Gives a client another address. Returns 1; 0 when what it depends on has changed since it was
-- read; -1 while a large import copies the fleet.
-- ARGV: JSON of client, before and after (its entry), imports, from and to (the range of the new
--       machine in the index), members (how many the range has); lists: clients and entries that
--       were read besides ('' = there was none), members that the index loses, and gets, audit
local asked = cjson.decode(ARGV[1])
if redis.call('EXISTS', key('importing')) == 1 then return -1 end
if (redis.call('GET', key('imports')) or '0') ~= asked.imports or redis.call('GET', key('machinesAt')) ~= asked.imports
  or redis.call('HGET', key('fleet'), asked.client) ~= asked.before
  or #redis.call('ZRANGEBYLEX', key('machines'), asked.from, asked.to) ~= tonumber(asked.members) then
  return 0
end
local nextList = lists(2)
local first, last = nextList()
for at = first, last, 2 do
  if (redis.call('HGET', key('fleet'), ARGV[at]) or '') ~= ARGV[at + 1] then return 0 end
end
redis.call('HSET', key('fleet'), asked.client, asked.after)
redis.call('INCR', key('moves'))
redis.call('HDEL', key('refusedAddresses'), asked.client)
first, last = nextList()
for at = first, last do redis.call('ZREM', key('machines'), ARGV[at]) end
first, last = nextList()
for at = first, last do redis.call('ZADD', key('machines'), 1, ARGV[at]) end
addAudit(nextList())
return 1
