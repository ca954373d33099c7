-- The index of logon servers: how many clients of the fleet have each spelling.

-- The list has names, each with how many clients more (or fewer) have it.
local function countServers(first, last)
  for at = first, last, 2 do
    if redis.call('HINCRBY', key('logonServers'), ARGV[at], ARGV[at + 1]) == 0 then
      redis.call('HDEL', key('logonServers'), ARGV[at])
    end
  end
end

-- Follows a change of the fleet, unless an earlier version has changed the fleet since the index
-- was made: then the next reader counts the fleet.
-- before, after: numbers of the import; isEmpty: the fleet had no clients
local function followServers(before, after, isEmpty, first, last)
  if isEmpty then redis.call('DEL', key('logonServers')) end
  if not isEmpty and redis.call('GET', key('serversAt')) ~= before then return end
  countServers(first, last)
  redis.call('SET', key('serversAt'), after)
end
