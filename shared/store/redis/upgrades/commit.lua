-- @include pass-slot-on.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- @include ../campaigns/facts.lua

-- The only way in which a driven upgrade changes: all checks come first, then all writes.
-- Field names of a record: see record.ts.
-- ARGV: campaign, client, version, fence counter, fence owner, state (JSON, passed through unread),
--       consumed, step, index, due time, keeps slots, queue, finishing, logon server, at (policy
--       time), seconds for which written evidence stays after its last use, whether facts are kept
--       only if the campaign has stop rules; lists: audit, counters, evidence, facts; last, only
--       where the commit changes it: the free time of the client

-- Why nothing may begin on this client now; nil = it may. A held logon server holds a client as a
-- pause does: also one that is finishing begins nothing more there. Otherwise a finishing upgrade
-- goes on wherever it is. A client that has roamed needs room at the logon server where it was
-- seen.
local function whyHeld(campaign, before, server)
  local limits = limitsOf(campaign)
  if limits.status ~= 'running' then return 'campaignIs', limits.status end
  if isHeld(server, limits) then return 'serverHeld', server end
  if before.finishing == '1' then return nil end
  if before.server == server then return closedBecause(campaign, server, limits, 1) end
  local used = tonumber(redis.call('HGET', key('slots', campaign), server) or 0)
  if used >= limits.perServer then return 'logonServerFull', limits.perServer end
  local most = limitOverAll(server, limits)
  if most and slotsOverAll(server) >= most then return 'overAllFull', most end
  return closedBecause(campaign, server, limits, 0)
end

local campaign, client, version, counter, owner, state = unpack(ARGV, 1, 6)
local consumed, step, index, dueAt, keepsSlots, queue, finishing, server, at = unpack(ARGV, 7, 15)
local evidenceSeconds, ifCounted = ARGV[16], ARGV[17]
consumed = tonumber(consumed)
local id = campaign .. '.' .. client
local record = key('upgrade', id)
local inbox = key('inbox', id)
local found = redis.call('HMGET', record, 'v', 'n', 'o', 'a', 'g', 'c', 'f')
local before = { version = found[1], counter = found[2], owner = found[3] }
before.activation, before.server, before.crashes, before.finishing = found[4], found[5], found[6], found[7]

if not before.version then return { 'stale', 'noUpgrade' } end
-- A lease that has ended and was not taken away is still this driver's: no other driver has acted.
if before.counter ~= counter or before.owner ~= owner then return { 'stale', 'takenOver' } end
if before.version ~= version then return { 'stale', 'otherVersion', before.version } end
if step == 'start' then
  local because, detail = whyHeld(campaign, before, server)
  if because then return { 'held', because, tostring(detail), server } end
end
-- Refuse to rest while the inbox has unread messages: the driver decides on them and commits again.
if index ~= 'driven' and redis.call('LLEN', inbox) > consumed then
  return { 'inbox', redis.call('LRANGE', inbox, 0, -1) }
end

local nextList = lists(18)
addAudit(nextList())
addCounters(campaign, nextList())
local evidenceFirst, evidenceLast = nextList()
addEvidence(evidenceFirst, evidenceLast, evidenceSeconds)
local factsFirst, factsLast = nextList()
addFacts(campaign, client, at, ifCounted, factsFirst, factsLast)
local freeTime = ARGV[factsLast + 1]
if freeTime then redis.call('HSET', key('freeTimes'), client, freeTime) end
if consumed > 0 then redis.call('LTRIM', inbox, consumed, -1) end
if before.crashes then redis.call('HDEL', record, 'c') end

local keeps = index == 'driven' or keepsSlots == '1'
-- A client that has roamed is charged to the logon server where it was seen last.
if not keeps or before.server ~= server then giveBackSlots(campaign, before.server) end
if keeps and before.server ~= server then takeSlots(campaign, server) end

local own, handed = false, false
local fields = { 'v', version + 1, 's', state, 'q', queue, 'f', finishing, 'g', server }
if index == 'driven' then
  redis.call('HSET', record, unpack(fields))
elseif index == 'due' then
  local activation = before.activation + 1
  toDue(id, activation, dueAt, keeps, unpack(fields))
  own = activationOf(client, activation, queue, dueAt)
elseif index == 'parked' then
  toParked(campaign, client, server, at, unpack(fields))
else
  toSettled(campaign, client, unpack(fields))
end
if not keeps then handed = passSlotOn(campaign, before.server, at) end
return { 'committed', version + 1, own, handed }
