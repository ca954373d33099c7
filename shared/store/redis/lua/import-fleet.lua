-- Moves a staged list of clients into the fleet at once: readers see the old list or the new one. Returns how
-- many there are now.
-- ARGV: token of the staging key, how many imports there were when it was staged ('' = never mind); list: audit
local staged, fleet = key('staging', ARGV[1]), key('fleet')
-- Where a client is at home follows from the entry before: nobody may have come between.
if ARGV[2] ~= '' then
  if (redis.call('GET', key('imports')) or '0') ~= ARGV[2] then return -1 end
  redis.call('INCR', key('imports'))
end
local nextList = lists(3)
addAudit(nextList())
if redis.call('EXISTS', staged) == 0 then return redis.call('HLEN', fleet) end
if redis.call('EXISTS', fleet) == 0 then
  redis.call('RENAME', staged, fleet)
  redis.call('PERSIST', fleet)
  return redis.call('HLEN', fleet)
end
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
return redis.call('HLEN', fleet)
