-- Which of these texts stand in no file yet, which is to say have no expiry: 1, else 0. The texts themselves would be hashed by Lua.
-- ARGV: SHA-256s
local found = {}
for at, sha256 in ipairs(ARGV) do found[at] = redis.call('TTL', key('evidence', sha256)) == -1 and 1 or 0 end
return found
