-- Makes staged clients part of the fleet, or a staged fleet the fleet. Returns how many there are now, or -1 when another import
-- came since this one was staged: where a client is at home follows from its entry before. Also when something of what was staged is gone:
-- a Redis that was restarted meanwhile goes through a hash in another order, and one that took over may know less.
-- ARGV: token of the staging key, how many imports there were when it was staged, add or replace, rows, how many of them are new;
--       list: audit
local staged, fleet = key('staging', ARGV[1]), key('fleet')
local expected = tonumber(ARGV[4])
if ARGV[3] == 'replace' then expected = redis.call('HLEN', fleet) + tonumber(ARGV[5]) end
if (redis.call('GET', key('imports')) or '0') ~= ARGV[2] or redis.call('HLEN', staged) ~= expected then
  redis.call('UNLINK', staged)
  return -1
end
redis.call('INCR', key('imports'))
local nextList = lists(6)
addAudit(nextList())
if redis.call('EXISTS', staged) == 0 then return redis.call('HLEN', fleet) end
if redis.call('EXISTS', fleet) == 0 then
  redis.call('RENAME', staged, fleet)
elseif ARGV[3] == 'replace' then
  -- Freeing a million entries takes a while; it is done in the background.
  local old = key('staging', ARGV[1], 'old')
  redis.call('RENAME', fleet, old)
  redis.call('UNLINK', old)
  redis.call('RENAME', staged, fleet)
else
  local cursor = '0'
  repeat
    local page = redis.call('HSCAN', staged, cursor, 'COUNT', 1000)
    cursor = page[1]
    -- A small hash comes in one page whatever the count; unpack stands 7,999 values at most.
    for at = 1, #page[2], 2000 do
      redis.call('HSET', fleet, unpack(page[2], at, math.min(at + 1999, #page[2])))
    end
  until cursor == '0'
  redis.call('UNLINK', staged)
end
redis.call('PERSIST', fleet)
return redis.call('HLEN', fleet)
