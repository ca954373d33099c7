-- @include pass-slot-on.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- @include ../campaigns/facts.lua

-- Changes an upgrade that has no driver, in one step: as if a driver took it, decided, and gave the
-- lease back.
-- Field names of a record: see record.ts.
-- ARGV: JSON of campaign, client, version (0 = it still waits), place (stays, due or settled), at
--       (policy time), queue, finishing, server, wave (of one that waits), evidenceSeconds, step
--       (start = refused unless the campaign runs); state (JSON, passed through unread); lists:
--       audit, counters, facts, evidence
local asked, state = cjson.decode(ARGV[1]), ARGV[2]
local campaign, client, version, place, at = asked.campaign, asked.client, asked.version, asked.place, asked.at
local queue, finishing, server = asked.queue, asked.finishing, asked.server
local id = campaign .. '.' .. client
local record = key('upgrade', id)
local found = redis.call('HMGET', record, 'v', 'i', 'a', 'g', 'h')
local before = { version = found[1] or '0', index = found[2], activation = found[3], server = found[4] }
local heldSlots = found[5]

local head = redis.call('HMGET', key('campaign', campaign), 'status', 'base')
if before.version ~= version or head[1] == 'removing' then return { 'stale', before.version } end
if before.index == 'driven' then return { 'driven' } end
if asked.step == 'start' then
  local limits = limitsOf(campaign)
  if limits.status ~= 'running' then return { 'held', 'campaignIs', limits.status } end
  if isHeld(server, limits) then return { 'held', 'serverHeld', server } end
end
local waitsIn
if not before.index then
  local wave
  wave, waitsIn = string.match(redis.call('HGET', key('members', campaign), client) or '', '^(%d+)|(.*)$')
  if wave ~= asked.wave or serverOf(waitsIn) ~= server then return { 'stale', before.version } end
end
local claim = redis.call('HGET', key('claims'), client)
if place == 'due' and claim and claim ~= campaign then return { 'claimed', claim } end
-- The machine that the campaign knows has left the fleet, whatever client has its name now.
local former = place == 'due' and redis.call('HGET', key('former'), client)
if former and string.find(' ' .. former .. ' ', ' ' .. campaign .. ' ', 1, true) then return { 'gone' } end

local nextList = lists(3)
addAudit(nextList())
addCounters(campaign, nextList())
addFacts(campaign, client, at, '', nextList())
local evidenceFirst, evidenceLast = nextList()
addEvidence(evidenceFirst, evidenceLast, asked.evidenceSeconds)
local fields = { 'v', version + 1, 's', state, 'q', queue, 'f', finishing, 'g', server }
if not before.index then
  redis.call('ZREM', key('waiting', campaign, asked.wave, waitsIn), client)
  redis.call('HSET', key('members', campaign), client, '')
  before.activation = tonumber(head[2] or 0)
end

local own, handed = false, false
if place == 'stays' then
  redis.call('HSET', record, unpack(fields))
  if before.index == 'parked' then
    delist('finishing', campaign, client, before.server)
    local since = redis.call('ZSCORE', key('parked', campaign, before.server), client)
    if finishing == '1' then enlist('finishing', campaign, client, before.server, since) end
  end
elseif place == 'due' then
  local activation = before.activation + 1
  redis.call('HSET', key('claims'), client, campaign)
  unpark(campaign, client, before)
  toDue(id, activation, at, heldSlots, unpack(fields))
  own = activationOf(client, activation, queue, at)
else
  unpark(campaign, client, before)
  redis.call('ZREM', key('due'), id)
  redis.call('HDEL', record, 'd', 'c')
  redis.call('HSET', record, 'a', before.activation)
  redis.call('DEL', key('inbox', id))
  toSettled(campaign, client, unpack(fields))
  if heldSlots then
    giveBackSlots(campaign, before.server)
    handed = passSlotOn(campaign, before.server, at)
  end
end
return { 'committed', version + 1, own, handed }
