-- Targets that somebody should look at now, at most so many at once: first those that were asked for long ago and have not been answered.
-- ARGV: survey, how many may be asked for at once, milliseconds after which one is asked for again
-- Returns name and 1 (again) or 0, one after the other.
-- A waiting target is `name` or `name|its client as JSON`; one that is asked for has `since|tries|the JSON` beside its name.
local waiting, asked = key('surveyWaiting', ARGV[1]), key('surveyAsked', ARGV[1])
local now, found, open = realNow(), {}, redis.call('HGETALL', asked)
for at = 1, #open, 2 do
  local since, rest = string.match(open[at + 1], '^(%d+)(|.*)$')
  if now - tonumber(since) >= tonumber(ARGV[3]) then
    redis.call('HSET', asked, open[at], string.format('%d', now) .. rest)
    found[#found + 1] = open[at]
    found[#found + 1] = 1
  end
end
for _ = #open / 2 + 1, tonumber(ARGV[2]) do
  local target = redis.call('LPOP', waiting)
  if not target then break end
  local name, client = string.match(target, '^([^|]*)|?(.*)$')
  redis.call('HSET', asked, name, string.format('%d|0|', now) .. client)
  found[#found + 1] = name
  found[#found + 1] = 0
end
return found
