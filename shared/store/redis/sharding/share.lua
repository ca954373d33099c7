-- @include ../admission/slots.lua

-- What a shard uses of a campaign's budget, and could use now: parked and waiting clients, of each
-- logon server as many as it has room for, none where nothing may begin or the window is closed.
-- Changes nothing.
-- ARGV: campaign, budget (no more need be counted); then the classes of the calendar in which
--       nothing may begin now
local campaign, enough = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', key('campaign', campaign), 'quota', 'served')
local limits = limitsOf(campaign)
local isClosed = {}
for at = 3, #ARGV do isClosed[ARGV[at]] = true end
local slots = redis.call('HGETALL', key('slots', campaign))
local used, free, wants = {}, {}, 0
for at = 1, #slots, 2 do used[slots[at]] = tonumber(slots[at + 1]) end

-- How many more clients may begin something new on this logon server.
local function maxBegun(server)
  if isHeld(server, limits) or not hasVerifiedCopy(server, limits) then return 0 end
  return downloadRoom(campaign, server, limits, used[server] or 0) or math.huge
end

local mayBegin = {}
local function roomIn(server, line)
  if not free[server] then
    free[server] = (limits.perServer or 0) - (used[server] or 0)
    local most = limitOverAll(server, limits)
    if most then free[server] = math.min(free[server], most - slotsOverAll(server)) end
  end
  mayBegin[server] = mayBegin[server] or maxBegun(server)
  return line == 'finishing' and free[server] or math.min(free[server], mayBegin[server])
end

local function add(server, queue, line)
  local room = roomIn(server, line)
  if room <= 0 or wants >= enough then return end
  local fits = math.min(room, redis.call('ZCARD', queue))
  free[server], mayBegin[server] = free[server] - fits, mayBegin[server] - fits
  wants = wants + fits
end

-- A campaign that does not run uses slots only for upgrades that are finishing.
local isRunning = limits.status == 'running'
local line = isRunning and 'parked' or 'finishing'
for _, server in ipairs(redis.call('ZRANGE', key(line .. 'Servers', campaign), 0, -1)) do
  local mine = roomIn(server, line) > 0 and line or 'finishing'
  add(server, key(mine, campaign, server), mine)
end
local servers = redis.call('SMEMBERS', key('servers', campaign))
for wave = 0, isRunning and (limits.openWaves or 0) - 1 or -1 do
  if wants >= enough then break end
  for _, queue in ipairs(servers) do
    local server, zone = string.match(queue, '^([^|]*)|?(.*)$')
    if not isClosed[zone] then add(server, key('waiting', campaign, wave, queue), 'waiting') end
  end
end
return { tonumber(found[1] or 0), used['*'] or 0, wants, found[2] or '0' }
