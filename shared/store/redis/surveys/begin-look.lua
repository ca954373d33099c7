-- Counts one more try of a look that is asked for. Returns tries, client as JSON (empty: it is in the fleet), campaign that has it now (or
-- empty); false when it is not asked for any more.
-- ARGV: survey, name
local asked = key('surveyAsked', ARGV[1])
local text = redis.call('HGET', asked, ARGV[2])
if not text then return false end
local since, tries, client = string.match(text, '^(%d+)|(%d+)|(.*)$')
redis.call('HSET', asked, ARGV[2], since .. '|' .. (tonumber(tries) + 1) .. '|' .. client)
return { tonumber(tries) + 1, client, redis.call('HGET', key('claims'), ARGV[2]) or '' }
