-- Moves waiting targets to the asked ones until so many looks are asked for and have no answer.
-- ARGV: survey, how many may be without an answer at once
-- Returns the names of those that were taken now. A waiting target is `name`, or `name|client as
-- JSON` where the fleet does not have it. The hash of asked targets holds `0|0|` and that JSON, or
-- `0|0|` alone, under the name. The zeros stand where earlier versions count, so that their workers
-- read these targets during a rolling restart.
local waiting, asked = key('surveyWaiting', ARGV[1]), key('surveyAsked', ARGV[1])
local taken = {}
for _ = redis.call('HLEN', asked) + 1, tonumber(ARGV[2]) do
  local target = redis.call('LPOP', waiting)
  if not target then break end
  local name, client = string.match(target, '^([^|]*)|?(.*)$')
  redis.call('HSET', asked, name, '0|0|' .. client)
  taken[#taken + 1] = name
end
return taken
