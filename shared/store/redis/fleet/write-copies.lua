-- write-copies
-- What was found on logon servers. Only shard 0 is given the words. 0 = the release has been staged anew meanwhile, or a newer leader was seen.
-- ARGV: leader fence ('' = not a round), release, manifest that the copies were held against;
--       lists: servers whose copy is verified, servers whose copy is not, servers and what is known of each as JSON
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
