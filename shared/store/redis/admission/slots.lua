-- @include ../core/counters.lua

-- Slots: one of the campaign and one of the logon server, always taken and given back together.
-- The field '*' counts the whole campaign; no logon server has this name.

local function takeSlots(campaign, server)
  local slots = key('slots', campaign)
  count(slots, '*', 1)
  count(slots, server, 1)
end

local function giveBackSlots(campaign, server)
  local slots = key('slots', campaign)
  count(slots, '*', -1)
  count(slots, server, -1)
end


-- What scripts check of a campaign: whether it runs, where it is held, and how many upgrades may be
-- active in this shard.
local function limitsOf(campaign)
  local found = redis.call(
    'HMGET', key('campaign', campaign), 'status', 'quota', 'perServer', 'openWaves', 'release', 'downloads', 'held',
    'edition', 'stepAnswers'
  )
  -- A halt stops running campaigns. The status of a paused campaign stays what it is.
  local all = redis.call('HMGET', key('halt'), 'on', 'limits')
  return {
    status = found[1] == 'running' and all[1] == '1' and 'halted' or found[1],
    active = tonumber(found[2]),
    perServer = tonumber(found[3]),
    openWaves = tonumber(found[4]),
    release = found[5],
    downloads = found[6] or '',
    held = found[7] or '',
    -- Editions of the definition, and answers about steps.
    rulesChanges = tonumber(found[8] or 0) + tonumber(found[9] or 0),
    overAll = all[2] or '',
  }
end

-- `;*=20;LS-PUN=10;`: how many clients of a logon server may be at work in all campaigns together;
-- nil = any number.
local function limitOverAll(server, limits)
  if limits.overAll == '' then return nil end
  local _, last = string.find(limits.overAll, ';' .. server .. '=', 1, true)
  if not last then _, last = string.find(limits.overAll, ';*=', 1, true) end
  return last and tonumber(string.match(limits.overAll, '^%d+', last + 1))
end

-- The slots of a logon server that all campaigns have in use.
local function slotsOverAll(server)
  local sum = 0
  for _, name in ipairs(redis.call('SMEMBERS', key('slotHolders'))) do
    sum = sum + tonumber(redis.call('HGET', key('slots', name), server) or 0)
  end
  return sum
end

-- nil while there is room for one more upgrade, else the budget that is full and its size.
local function fullBudget(campaign, server, limits)
  local used = redis.call('HMGET', key('slots', campaign), '*', server)
  if tonumber(used[1] or 0) >= limits.active then return 'campaignFull', limits.active end
  if tonumber(used[2] or 0) >= limits.perServer then return 'logonServerFull', limits.perServer end
  local most = limitOverAll(server, limits)
  if most and slotsOverAll(server) >= most then return 'overAllFull', most end
  return nil
end

-- `;LS-PUN;LS-ROM;`: has a person held this logon server in the campaign?
local function isHeld(server, limits)
  return limits.held ~= '' and string.find(limits.held, ';' .. server .. ';', 1, true) ~= nil
end

-- Is a logon server's copy of the release verified? Where the release file names no copies, all
-- logon servers share one tree.
local function hasVerifiedCopy(server, limits)
  if not limits.release then return true end
  local found = redis.call('HMGET', key('copies', limits.release), '*', server)
  return not found[1] or found[2] == '1'
end

-- `;*=10;LS-PUN=5;`: how many clients of a logon server may be marked and not proved at the same
-- time; nil = any number.
local function maxDownloads(server, limits)
  if limits.downloads == '' then return nil end
  local _, last = string.find(limits.downloads, ';' .. server .. '=', 1, true)
  if not last then _, last = string.find(limits.downloads, ';*=', 1, true) end
  return last and tonumber(string.match(limits.downloads, '^%d+', last + 1))
end

-- How many more clients of a logon server may be marked, and how many at all; nil = any number.
-- Every client that holds a slot counts: it may be marked next.
local function downloadRoom(campaign, server, limits, slots)
  local most = maxDownloads(server, limits)
  if not most then return nil end
  local names = { 'downloading|' .. server, 'downloadRests|' .. server }
  local found = redis.call('HMGET', key('counters', campaign), unpack(names))
  return most - math.max(tonumber(found[1] or 0), slots + tonumber(found[2] or 0)), most
end

-- Why nothing new may begin on clients of a logon server, and the detail of the reason; nil = it
-- may. own: 1 = the upgrade in question holds a slot there already
local function closedBecause(campaign, server, limits, own)
  if isHeld(server, limits) then return 'serverHeld', server end
  if not hasVerifiedCopy(server, limits) then return 'notStaged', server end
  if limits.downloads == '' then return nil end
  local slots = tonumber(redis.call('HGET', key('slots', campaign), server) or 0) - own
  local room, most = downloadRoom(campaign, server, limits, slots)
  if room and room <= 0 then return 'downloadsFull', most end
  return nil
end
