-- @include ../admission/slots.lua
-- @include indexes.lua
-- @include ../changes/wake-leader.lua
-- @include ../core/time.lua

-- First step of an activation: takes lease and slots together, or returns why not.
-- Field names of a record: see record.ts.
-- ARGV: campaign, client, activation, owner, lease in real ms, at (policy time)
local campaign, client, activation, owner, at = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local id = campaign .. '.' .. client
local record = key('upgrade', id)
local stored = {}
local found = redis.call('HGETALL', record)
for position = 1, #found, 2 do stored[found[position]] = found[position + 1] end
local index, present, dueAt, holdsSlots = stored.i, stored.a, stored.d, stored.h
local finishing, server = stored.f, stored.g
local leaseOwner, leaseUntil = stored.o, stored.l
local microseconds = realMicroseconds()
local now = math.floor(microseconds / 1000)

if not index then return { 'ignored', 'noUpgrade' } end
if index == 'settled' then return { 'ignored', 'settled' } end
-- The same owner may call again: a lost connection took its first answer.
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
  -- Campaigns share such a logon server: the leading round gives its slots out in turn.
  local most = limitOverAll(server, limits)
  if not because and most and finishing ~= '1' then because, detail = 'overAllTurn', most end
end
-- An upgrade that is finishing goes on also where nothing new may begin.
if not because and finishing ~= '1' then
  because, detail = closedBecause(campaign, server, limits, holdsSlots and 1 or 0)
end
if because then
  if holdsSlots then
    giveBackSlots(campaign, server)
    -- No audit entry shows the leader that a slot is free.
    wakeLeader(campaign)
  end
  toParked(campaign, client, server, at)
  return { 'parked', because, tostring(detail), server }
end

if not holdsSlots then takeSlots(campaign, server) end
-- The sweep takes the lease of a dead driver away. A job that was added twice may begin before the
-- sweep: then this counts the crash.
if leaseOwner and leaseOwner ~= owner then stored.c = tostring(redis.call('HINCRBY', record, 'c', 1)) end
-- Never below the time: a Redis that lost its counter (wiped, an old backup, a failover) must not
-- issue a fence again that a client has seen. In microseconds, so that the counter does not run
-- ahead of the time.
local counter = string.format('%.0f', microseconds)
local last = redis.call('SET', key('fence'), counter, 'GET')
if last and tonumber(last) >= microseconds then
  counter = string.format('%.0f', tonumber(last) + 1)
  redis.call('SET', key('fence'), counter)
end
local leaseEnd = string.format('%.0f', now + tonumber(ARGV[5]))
redis.call('ZREM', key('due'), id)
redis.call('ZADD', key('driven'), leaseEnd, id)
if stored.d then redis.call('HDEL', record, 'd') end
stored.i, stored.d, stored.h, stored.n, stored.o, stored.l = 'driven', nil, '1', counter, owner, leaseEnd
redis.call('HSET', record, 'i', 'driven', 'h', '1', 'n', counter, 'o', owner, 'l', leaseEnd)
local fields = {}
for name, value in pairs(stored) do
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end
return { 'begun', fields, redis.call('LRANGE', key('inbox', id), 0, -1), limits.rulesChanges }
