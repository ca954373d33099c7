-- @include ../core/lists.lua

-- Writes the answer of a look, once. Returns 0 when the look has its answer already or its survey
-- has ended. The look of a fleet client is kept as its last look, and the survey only names the
-- client; the look at another machine stands in the survey itself.
-- ARGV: survey, name, look, seconds that evidence is kept; lists: counters, evidence (SHA-256 and
--       text, or none)
local asked = key('surveyAsked', ARGV[1])
local target = redis.call('HGET', asked, ARGV[2])
if not target then return 0 end
redis.call('HDEL', asked, ARGV[2])
if string.match(target, '^%d+|%d+|$') then
  redis.call('HSET', key('looks'), ARGV[2], ARGV[3])
  redis.call('RPUSH', key('surveyFound', ARGV[1]), ARGV[2])
else
  redis.call('RPUSH', key('surveyFound', ARGV[1]), ARGV[2] .. '|' .. ARGV[3])
end
local nextList = lists(5)
local first, last = nextList()
for at = first, last, 2 do redis.call('HINCRBY', key('surveyCounts', ARGV[1]), ARGV[at], ARGV[at + 1]) end
first, last = nextList()
if last > first then redis.call('SET', key('lookEvidence', ARGV[first]), ARGV[last], 'EX', ARGV[4]) end
return 1
