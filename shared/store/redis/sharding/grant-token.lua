-- A number for one round of grants, higher than any before; like a fence it does not fall back with a lost counter.
-- ARGV: campaign
local last = tonumber(redis.call('HGET', key('campaign', ARGV[1]), 'grants') or 0)
local token = string.format('%.0f', math.max(last + 1, realMicroseconds()))
redis.call('HSET', key('campaign', ARGV[1]), 'grants', token)
return token
