-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- @include servers.lua

-- Adds staged clients to the fleet, or puts a staged fleet in its place, and the index of machines
-- with it. Returns how many clients there are now, or -1 when another change of the fleet came
-- since this one was staged (a client's home shard follows from its entry before), or when a part
-- of what was staged is gone: a Redis that was restarted meanwhile reads a hash in another order,
-- and one that took over may know less.
-- ARGV: JSON of token (of the staging keys), imports and moves (how many there were at staging),
--       way (add or replace), rows, new (how many of the rows are new clients), members (staged for
--       the index); lists: audit, changes of the index of logon servers
local asked = cjson.decode(ARGV[1])
local staged, fleet = key('staging', asked.token), key('fleet')
local stagedIndex, index = key('staging', asked.token, 'machines'), key('machines')
local expected = tonumber(asked.rows)
if asked.way == 'replace' then expected = redis.call('HLEN', fleet) + tonumber(asked.new) end
if (redis.call('GET', key('imports')) or '0') ~= asked.imports or (redis.call('GET', key('moves')) or '0') ~= asked.moves
  or redis.call('HLEN', staged) ~= expected or redis.call('ZCARD', stagedIndex) ~= tonumber(asked.members) then
  redis.call('UNLINK', staged, stagedIndex)
  return -1
end
local isWhole = asked.way == 'replace' or redis.call('EXISTS', fleet) == 0
local isIndexed = isWhole or redis.call('GET', key('machinesAt')) == asked.imports
local imports = redis.call('INCR', key('imports'))
if isIndexed then redis.call('SET', key('machinesAt'), imports) end
redis.call('DEL', key('importing'))
local nextList = lists(2)
addAudit(nextList())
followServers(asked.imports, imports, redis.call('EXISTS', fleet) == 0, nextList())

-- Members are staged with score 0 = removed, 1 = added. A whole index has no removed ones.
if isWhole and redis.call('EXISTS', stagedIndex) == 1 then
  redis.call('RENAME', stagedIndex, index)
  redis.call('PERSIST', index)
elseif isWhole then
  redis.call('UNLINK', index)
else
  for first = 0, tonumber(asked.members) - 1, 1000 do
    local page = redis.call('ZRANGE', stagedIndex, first, first + 999, 'WITHSCORES')
    for at = 1, #page, 2 do
      if page[at + 1] == '0' then redis.call('ZREM', index, page[at]) else redis.call('ZADD', index, 1, page[at]) end
    end
  end
  redis.call('UNLINK', stagedIndex)
end

if redis.call('EXISTS', staged) == 0 then return redis.call('HLEN', fleet) end
if redis.call('EXISTS', fleet) == 0 then
  redis.call('RENAME', staged, fleet)
elseif asked.way == 'replace' then
  -- UNLINK frees a million entries in the background.
  local old = key('staging', asked.token, 'old')
  redis.call('RENAME', fleet, old)
  redis.call('UNLINK', old)
  redis.call('RENAME', staged, fleet)
else
  local cursor = '0'
  repeat
    local page = redis.call('HSCAN', staged, cursor, 'COUNT', 1000)
    cursor = page[1]
    -- A small hash comes in one page whatever the count; unpack takes 7,999 values at most.
    for at = 1, #page[2], 2000 do
      redis.call('HSET', fleet, unpack(page[2], at, math.min(at + 1999, #page[2])))
    end
  until cursor == '0'
  redis.call('UNLINK', staged)
end
redis.call('PERSIST', fleet)
return redis.call('HLEN', fleet)
