-- Which logon servers' copies of a release are verified. `*` holds the manifest that the copies are
-- compared with: while it is set, a logon server whose copy was never looked at is closed.

-- A release that is staged again with other files makes everything unknown that was known.
-- manifest: '' = the release names no copies
local function openCopies(release, manifest)
  local copies = key('copies', release)
  if redis.call('HGET', copies, '*') == manifest then return end
  redis.call('DEL', copies, key('copyStatus', release))
  if manifest ~= '' then redis.call('HSET', copies, '*', manifest) end
end
