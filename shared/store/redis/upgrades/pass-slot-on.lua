-- @include ../admission/slots.lua
-- @include indexes.lua

-- A script that frees a slot passes it on to the next parked upgrade, so that no upgrade has to
-- poll.
-- Field names of a record: see record.ts.

-- Gives a parked upgrade its slots and its next activation, due at once.
local function admitParked(campaign, client, server, at)
  local id = campaign .. '.' .. client
  local found = redis.call('HMGET', key('upgrade', id), 'a', 'q')
  local activation = tonumber(found[1]) + 1
  unpark(campaign, client, { index = 'parked', server = server })
  takeSlots(campaign, server)
  toDue(id, activation, at, true)
  return activationOf(client, activation, found[2], at)
end

-- A campaign that does not run serves only upgrades that finish what they have begun.
local function lineOf(limits)
  return limits.status == 'running' and 'parked' or 'finishing'
end

local function oldestIn(line, campaign, server)
  return redis.call('ZRANGE', key(line, campaign, server), 0, 0)[1]
end

-- How many other logon servers are tried at most: every commit waits for this, and the leading
-- round fills the slots that stay free.
local othersAtMost = 8

-- Passes a freed slot on to the oldest parked upgrade of the same logon server. When the campaign
-- was full, upgrades of other logon servers with room follow. Returns false when no upgrade takes
-- it.
local function passSlotOn(campaign, server, at)
  -- Mostly no upgrade is parked: then one command answers.
  if redis.call('EXISTS', key('parkedServers', campaign)) == 0 then return false end
  local limits = limitsOf(campaign)
  local line = lineOf(limits)
  local servers = { server }
  if tonumber(redis.call('HGET', key('slots', campaign), '*') or 0) + 1 >= limits.active then
    local others = redis.call('ZRANGE', key(line .. 'Servers', campaign), 0, othersAtMost - 1)
    for _, other in ipairs(others) do table.insert(servers, other) end
  end
  for _, each in ipairs(servers) do
    local client = oldestIn(line, campaign, each)
    if client and not fullBudget(campaign, each, limits) then
      -- Campaigns share a logon server that has a limit over all of them: the leading round gives
      -- its slots out in turn.
      local isShared = limitOverAll(each, limits) ~= nil
      if line == 'parked' and (isShared or closedBecause(campaign, each, limits, 0)) then
        client = oldestIn('finishing', campaign, each)
      end
      if client then return admitParked(campaign, client, each, at) end
    end
  end
  return false
end
