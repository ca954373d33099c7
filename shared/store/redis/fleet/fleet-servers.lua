-- How many clients of the fleet are servers: `#servers` of the names in order, and with the name of
-- a logon server behind it those of that spelling.

-- The list has logon servers, each with how many servers more (or fewer) it has.
local function countFleetServers(imports, first, last)
  local names = key('fleetNames')
  redis.call('HINCRBY', names, '#servers', 0)
  for at = first, last, 2 do
    redis.call('HINCRBY', names, '#servers', ARGV[at + 1])
    if redis.call('HINCRBY', names, '#servers ' .. ARGV[at], ARGV[at + 1]) == 0 then
      redis.call('HDEL', names, '#servers ' .. ARGV[at])
    end
  end
  redis.call('HSET', names, '#serversAt', imports)
end
