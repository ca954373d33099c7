-- An audit entry is the name of its field and its text; an empty list is no entry.
local function addAudit(first, last)
  if last >= first then redis.call('XADD', key('audit'), '*', unpack(ARGV, first, last)) end
end

-- Keeps each evidence text once, by its SHA-256. A text with an expiry stands in a file already:
-- its time begins again.
local function addEvidence(first, last, seconds)
  for at = first, last, 2 do
    local text = key('evidence', ARGV[at])
    if not redis.call('SET', text, ARGV[at + 1], 'NX') and redis.call('TTL', text) >= 0 then
      redis.call('EXPIRE', text, seconds)
    end
  end
end
