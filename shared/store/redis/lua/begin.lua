-- First step of an activation: takes lease and slots together, or says why not.
-- ARGV: campaign, client, activation, owner, lease in real ms, at (policy time)
local campaign, client, activation, owner, at = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local id = campaign .. '.' .. client
local record = key('upgrade', id)
local found = redis.call('HMGET', record, 'i', 'a', 'd', 'h', 'f', 'g', 'o', 'l')
local index, present, dueAt, holdsSlots, finishing, server = unpack(found, 1, 6)
local leaseOwner, leaseUntil = found[7], found[8]
local now = realNow()

if not index then return { 'ignored', 'noUpgrade' } end
if index == 'settled' then return { 'ignored', 'settled' } end
-- The same owner may ask again: its first answer was lost with a connection.
if leaseUntil and tonumber(leaseUntil) > now and leaseOwner ~= owner then return { 'ignored', 'leased' } end
if present ~= activation then return { 'ignored', 'otherActivation', present } end
if index == 'parked' then return { 'ignored', 'isParked' } end
if dueAt and tonumber(dueAt) > tonumber(at) then return { 'ignored', 'notDue', dueAt } end

local limits = limitsOf(campaign)
local because, detail
if limits.status ~= 'running' and finishing ~= '1' then
  because, detail = 'campaignIs', limits.status
elseif not holdsSlots then
  because, detail = fullBudget(campaign, server, limits)
end
if because then
  if holdsSlots then giveBackSlots(campaign, server) end
  toParked(campaign, client, server, at)
  return { 'parked', because, tostring(detail), server }
end

if not holdsSlots then takeSlots(campaign, server) end
-- BullMQ may bring the job of a dead driver back before the sweep takes the lease away: the same crash.
if leaseOwner and leaseOwner ~= owner then redis.call('HINCRBY', record, 'c', 1) end
-- Never below the time: a Redis that lost its counter (wiped, an old backup, a failover) does not issue a fence again that a
-- client has seen. In microseconds, for the counter must not run ahead of the time.
local counter = math.max((tonumber(redis.call('GET', key('fence'))) or 0) + 1, realMicroseconds())
redis.call('SET', key('fence'), string.format('%.0f', counter))
local leaseEnd = now + tonumber(ARGV[5])
redis.call('ZREM', key('due'), id)
redis.call('ZADD', key('driven'), leaseEnd, id)
redis.call('HDEL', record, 'd')
redis.call('HSET', record, 'i', 'driven', 'h', '1', 'n', string.format('%.0f', counter), 'o', owner, 'l', leaseEnd)
return { 'begun', redis.call('HGETALL', record), redis.call('LRANGE', key('inbox', id), 0, -1) }
