-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- Adds staged clients to the fleet, or puts a staged fleet in its
-- place. Returns how many clients there are now, or -1 when another import came since this one was
-- staged (a client's home shard follows from its entry before), or when a part of what was staged
-- is gone: a Redis that was restarted meanwhile reads a hash in another order, and one that took
-- over may know less. ARGV: JSON of token (of the staging key), imports (how many there were at
-- staging), way (add or replace), rows, new (how many of the rows are new clients); list: audit
local asked = cjson.decode(ARGV[1])
local staged, fleet = key('staging', asked.token), key('fleet')
local expected = tonumber(asked.rows)
if asked.way == 'replace' then expected = redis.call('HLEN', fleet) + tonumber(asked.new) end
if (redis.call('GET', key('imports')) or '0') ~= asked.imports or redis.call('HLEN', staged) ~= expected then
  redis.call('UNLINK', staged)
  return -1
end
redis.call('INCR', key('imports'))
addAudit(lists(2)())
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
