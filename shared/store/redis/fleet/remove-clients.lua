-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- @include servers.lua

-- Takes clients out of the fleet, the index of machines and the addresses that were refused, and
-- refuses their tokens. Returns how many clients there are now, or -1 when the fleet or the list of
-- campaigns has changed since it was read.
-- ARGV: how many campaigns there were; lists: clients, each with its entry, its home shard and its
--       name in lower case; members that the index loses; name and text of each audit
--       entry; changes of the index of logon servers
local imports = redis.call('GET', key('imports')) or '0'
if redis.call('SCARD', key('campaigns')) ~= tonumber(ARGV[1])
  or redis.call('GET', key('machinesAt')) ~= imports then
  return -1
end
local nextList = lists(2)
local first, last = nextList()
for at = first, last, 4 do
  if redis.call('HGET', key('fleet'), ARGV[at]) ~= ARGV[at + 1] then return -1 end
end
local everyone = tonumber(redis.call('HGET', key('tokens'), '*') or 1)
for at = first, last, 4 do
  local client, name = ARGV[at], ARGV[at + 3]
  redis.call('HDEL', key('fleet'), client)
  redis.call('HDEL', key('refusedAddresses'), client)
  local homes = redis.call('HGET', key('formerHomes'), name)
  local known = homes and cjson.decode(homes) or {}
  known[client] = ARGV[at + 2]
  redis.call('HSET', key('formerHomes'), name, cjson.encode(known))
  local least = math.max(everyone, tonumber(redis.call('HGET', key('tokens'), name) or 1))
  redis.call('HSET', key('tokens'), name, string.format('%.0f', least + 1))
end
-- Every import and every change of an address that was prepared before begins again.
local after = redis.call('INCR', key('imports'))
redis.call('SET', key('machinesAt'), after)
redis.call('INCR', key('removals'))
first, last = nextList()
for at = first, last do redis.call('ZREM', key('machines'), ARGV[at]) end
first, last = nextList()
for at = first, last, 2 do addAudit(at, at + 1) end
followServers(imports, after, false, nextList())
return redis.call('HLEN', key('fleet'))
