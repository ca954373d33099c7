-- copies
-- Which logon servers' copies of a release are verified. `*` holds the manifest that they were held against: while it is set, a server
-- that nobody has looked at is closed.

-- A release that is staged anew with other files makes everything unknown that was known. manifest: '' = the release names no copies
local function openCopies(release, manifest)
  local copies = key('copies', release)
  if redis.call('HGET', copies, '*') == manifest then return end
  redis.call('DEL', copies, key('copyStatus', release))
  if manifest ~= '' then redis.call('HSET', copies, '*', manifest) end
end
