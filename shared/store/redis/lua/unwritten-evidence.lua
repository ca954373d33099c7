-- Texts that stand in no file yet, which is to say without an expiry; false for every other.
-- ARGV: SHA-256s
local found = {}
for at, sha256 in ipairs(ARGV) do
  local text = key('evidence', sha256)
  found[at] = redis.call('TTL', text) == -1 and redis.call('GET', text)
end
return found
