-- @include ../core/time.lua

-- Takes or renews the leader's lease, or returns who holds it.
-- ARGV: owner, lease in real ms
local owner, now = ARGV[1], realNow()
local found = redis.call('HMGET', key('leader'), 'owner', 'counter', 'until')
local holder, counter, leaseEnd = found[1], found[2], found[3]
local isHeld = holder and (tonumber(leaseEnd) > now or redis.call('EXISTS', key('lease', counter)) == 1)
if isHeld and holder ~= owner then return { 'follows', holder, counter, leaseEnd } end

-- An owner whose lease has ended begins a new term: rounds of its old term may still arrive. The
-- counter is never below the time, like the fence of a driver: a Redis that lost the counter does
-- not issue it again.
if not isHeld then
  if counter then redis.call('DEL', key('lease', counter)) end
  counter = string.format('%.0f', math.max((tonumber(counter) or 0) + 1, realMicroseconds()))
end
leaseEnd = string.format('%.0f', now + tonumber(ARGV[2]))
-- A renewal prolongs this key alone: one command, and it fails once the term is over.
local ms = tonumber(ARGV[2])
if ms > 0 then redis.call('SET', key('lease', counter), owner, 'PX', ms) end
redis.call('HSET', key('leader'), 'owner', owner, 'counter', counter, 'until', leaseEnd)
return { 'leads', owner, counter, leaseEnd }
