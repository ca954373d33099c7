-- Lists at the end of ARGV: how many values follow, then the values.
local function lists(start)
  local position = start - 1
  return function()
    local first = position + 2
    position = position + 1 + tonumber(ARGV[position + 1])
    return first, position
  end
end

-- An audit entry is the name of its field and its text; an empty list is none.
local function addAudit(first, last)
  if last >= first then redis.call('XADD', key('audit'), '*', unpack(ARGV, first, last)) end
end

local function addCounters(campaign, first, last)
  local counters = key('counters', campaign)
  for at = first, last, 2 do count(counters, ARGV[at], ARGV[at + 1]) end
end

-- Evidence is kept once by its SHA-256; whoever brings it again brings the same. One with an expiry stands in a file already: it
-- stays so long again.
local function addEvidence(first, last, seconds)
  for at = first, last, 2 do
    local text = key('evidence', ARGV[at])
    if not redis.call('SET', text, ARGV[at + 1], 'NX') and redis.call('TTL', text) >= 0 then
      redis.call('EXPIRE', text, seconds)
    end
  end
end
