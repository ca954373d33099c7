-- The records of these upgrades with their inboxes, all as they are at one moment.
-- ARGV: ids
local found = {}
for at, id in ipairs(ARGV) do
  found[at] = { redis.call('HGETALL', key('upgrade', id)), redis.call('LRANGE', key('inbox', id), 0, -1) }
end
return found
