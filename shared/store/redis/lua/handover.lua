-- Whoever frees a slot hands it to the next parked upgrade, so that nobody has to poll for one.

-- Gives a parked upgrade its slots and its next activation, due at once.
local function admitParked(campaign, client, server, at)
  local id = campaign .. '.' .. client
  local found = redis.call('HMGET', key('upgrade', id), 'a', 'q')
  local activation = tonumber(found[1]) + 1
  redis.call('ZREM', key('parked', campaign, server), client)
  noteOldest(campaign, server)
  takeSlots(campaign, server)
  toDue(id, activation, at, true)
  return activationOf(client, activation, found[2], at)
end

local function oldestParked(campaign, server)
  return redis.call('ZRANGE', key('parked', campaign, server), 0, 0)[1]
end

-- The oldest of the same logon server, else of any other one that has room. false when there is nobody.
local function handOver(campaign, server, at)
  local limits = limitsOf(campaign)
  if limits.status ~= 'running' then return false end
  local servers = redis.call('ZRANGE', key('parkedServers', campaign), 0, -1)
  if #servers == 0 then return false end
  table.insert(servers, 1, server)
  for _, each in ipairs(servers) do
    local full = fullBudget(campaign, each, limits)
    if full == 'campaignFull' then return false end
    local client = not full and oldestParked(campaign, each)
    if client then return admitParked(campaign, client, each, at) end
  end
  return false
end
