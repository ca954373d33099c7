-- @include ../leader/leader.lua
-- @include ../core/lists.lua
-- Writes what was found on logon servers. Only shard 0 gets the third
-- list. Returns 0 when the release has been staged again meanwhile, or a newer leader was seen.
-- ARGV: leader fence ('' = not a round), release, manifest that the copies were compared with;
-- lists: servers whose copy is verified, servers whose copy is not, servers with their status as
-- JSON
if isDeposed(ARGV[1]) then return 0 end
local release = ARGV[2]
local copies, status = key('copies', release), key('copyStatus', release)
if redis.call('HGET', copies, '*') ~= ARGV[3] then return 0 end
local nextList = lists(4)
local first, last = nextList()
for at = first, last do redis.call('HSET', copies, ARGV[at], '1') end
first, last = nextList()
for at = first, last do
  redis.call('HDEL', copies, ARGV[at])
  redis.call('HDEL', status, ARGV[at])
end
first, last = nextList()
for at = first, last, 2 do redis.call('HSET', status, ARGV[at], ARGV[at + 1]) end
return 1
