-- @include ../leader/leader.lua
-- @include ../upgrades/pass-slot-on.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Gives slots to the clients that admission has picked. Each is compared and set: a client that
-- does not fit any more is left alone.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: leader fence ('' = not a round), campaign, at (policy time), how many; for each one:
--       client, logon server, wave ('' = parked), state (JSON), queue, finishing; lists: audit,
--       counters
if isDeposed(ARGV[1]) then return {} end
local campaign, at = ARGV[2], ARGV[3]
local limits = limitsOf(campaign)
if not limits.status then return {} end
local isRunning = limits.status == 'running'

-- All reads come first and all writes last, for all picks together: a call for each pick and key
-- would be slow.
local picks, clients = {}, {}
local position = 5
for pick = 1, tonumber(ARGV[4]) do
  local client, server, wave, state, queue, finishing = unpack(ARGV, position, position + 5)
  local nextList = lists(position + 6)
  local auditFirst, auditLast = nextList()
  local countersFirst, countersLast = nextList()
  position = countersLast + 1
  clients[pick] = client
  picks[pick] = {
    client = client, server = server, wave = wave, state = state, queue = queue, finishing = finishing,
    auditFirst = auditFirst, auditLast = auditLast, countersFirst = countersFirst, countersLast = countersLast,
  }
end
if #picks == 0 then return {} end
local members = redis.call('HMGET', key('members', campaign), unpack(clients))
local claims = redis.call('HMGET', key('claims'), unpack(clients))
local firstActivation = tonumber(redis.call('HGET', key('campaign', campaign), 'base') or 0) + 1

-- Slots in use, with those of this admission. Slots of parked upgrades are written at once, the
-- others at the end.
local used, overAll = {}, {}
local function hasRoom(server)
  for _, name in ipairs({ '*', server }) do
    used[name] = used[name] or tonumber(redis.call('HGET', key('slots', campaign), name) or 0)
  end
  if used['*'] >= limits.active or used[server] >= limits.perServer then return false end
  local most = limitOverAll(server, limits)
  if not most then return true end
  overAll[server] = overAll[server] or slotsOverAll(server)
  return overAll[server] < most
end

local isOpen = {}
-- May something new begin on one more client of this logon server? Call `hasRoom` first: it counts
-- the slots.
local function mayBegin(server)
  if isOpen[server] == nil then
    isOpen[server] = not isHeld(server, limits) and hasVerifiedCopy(server, limits)
  end
  if not isOpen[server] then return false end
  local room = downloadRoom(campaign, server, limits, used[server])
  return not room or room > 0
end

-- The queue in which a client waits; nil when it does not wait, or may not be taken.
local function queueOf(number, pick)
  if not isRunning or tonumber(pick.wave) >= limits.openWaves or claims[number] then return nil end
  local wave, queue = string.match(members[number] or '', '^(%d+)|(.*)$')
  if wave ~= pick.wave or serverOf(queue) ~= pick.server then return nil end
  return mayBegin(pick.server) and queue or nil
end

local function isParked(pick)
  local line = lineOf(limits)
  if line == 'parked' and not mayBegin(pick.server) then line = 'finishing' end
  return redis.call('ZSCORE', key(line, campaign, pick.server), pick.client)
end

-- Writes by command and key, and the sum to add to each counter.
local writes, amounts = {}, {}
local function gather(command, name, ...)
  local slot = command .. ' ' .. name
  local write = writes[slot] or { command, name }
  writes[slot] = write
  for _, value in ipairs({ ... }) do write[#write + 1] = value end
end
local function addTo(hash, field, by)
  local slot = amounts[hash] or {}
  amounts[hash] = slot
  slot[field] = (slot[field] or 0) + by
end

local function admitWaiting(pick, queue)
  local client, server = pick.client, pick.server
  local id = campaign .. '.' .. client
  redis.call(
    'HSET', key('upgrade', id), 'v', 1, 's', pick.state, 'q', pick.queue, 'f', pick.finishing, 'g', server,
    'i', 'due', 'd', at, 'a', firstActivation, 'h', '1', 't', at
  )
  gather('ZREM', key('waiting', campaign, pick.wave, queue), client)
  gather('HSET', key('members', campaign), client, '')
  gather('HSET', key('claims'), client, campaign)
  gather('ZADD', key('due'), at, id)
  addTo(key('slots', campaign), '*', 1)
  addTo(key('slots', campaign), server, 1)
  for counter = pick.countersFirst, pick.countersLast, 2 do
    addTo(key('counters', campaign), ARGV[counter], tonumber(ARGV[counter + 1]))
  end
  addAudit(pick.auditFirst, pick.auditLast)
  return activationOf(client, firstActivation, pick.queue, at)
end

local admitted, isAdmitted = {}, {}
for number, pick in ipairs(picks) do
  local own
  if isAdmitted[pick.client] or not hasRoom(pick.server) then
    own = nil
  elseif pick.wave == '' then
    own = isParked(pick) and admitParked(campaign, pick.client, pick.server, at)
  else
    local queue = queueOf(number, pick)
    own = queue and admitWaiting(pick, queue)
  end
  if own then
    admitted[#admitted + 1] = own
    isAdmitted[pick.client] = true
    used['*'], used[pick.server] = used['*'] + 1, used[pick.server] + 1
    if overAll[pick.server] then overAll[pick.server] = overAll[pick.server] + 1 end
  end
end

for _, write in pairs(writes) do redis.call(unpack(write)) end
for hash, fields in pairs(amounts) do
  for field, by in pairs(fields) do
    if by ~= 0 then count(hash, field, by) end
  end
end
return admitted
