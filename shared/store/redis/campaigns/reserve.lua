-- Reserves a campaign's name for one creation, whose number is higher than that of any before: the latest one wins, so
-- a creation that died blocks nobody. false = the campaign exists.
-- ARGV: campaign, seconds
if redis.call('EXISTS', key('campaign', ARGV[1])) == 1 then return false end
local last = tonumber(redis.call('GET', key('reserved', ARGV[1])) or 0)
local number = string.format('%.0f', math.max(last + 1, realMicroseconds()))
redis.call('SET', key('reserved', ARGV[1]), number, 'EX', ARGV[2])
return number
