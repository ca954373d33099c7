-- Slots: one of the campaign and one of the logon server, always taken and given back together.
-- The field '*' counts the whole campaign; no logon server is called so.

-- A number that comes to 0 is dropped, so that counters and slots equal a recount of the records.
local function count(hash, field, by)
  if redis.call('HINCRBY', hash, field, by) == 0 then redis.call('HDEL', hash, field) end
end

local function takeSlots(campaign, server)
  count(key('slots', campaign), '*', 1)
  count(key('slots', campaign), server, 1)
end

local function giveBackSlots(campaign, server)
  count(key('slots', campaign), '*', -1)
  count(key('slots', campaign), server, -1)
end

-- A halt holds campaigns that run; what a paused one is does not change by it.
local function heldStatus(status)
  if status == 'running' and redis.call('HGET', key('halt'), 'on') == '1' then return 'halted' end
  return status
end

local function statusOf(campaign)
  return heldStatus(redis.call('HGET', key('campaign', campaign), 'status'))
end

-- What scripts must know of a campaign: whether it runs, and how many may be active in this shard.
local function limitsOf(campaign)
  local found = redis.call('HMGET', key('campaign', campaign), 'status', 'quota', 'perServer', 'openWaves')
  return {
    status = heldStatus(found[1]),
    active = tonumber(found[2]),
    perServer = tonumber(found[3]),
    openWaves = tonumber(found[4]),
  }
end

-- nil while there is room for one more, else the budget that is full and its size.
local function fullBudget(campaign, server, limits)
  local used = redis.call('HMGET', key('slots', campaign), '*', server)
  if tonumber(used[1] or 0) >= limits.active then return 'campaignFull', limits.active end
  if tonumber(used[2] or 0) >= limits.perServer then return 'logonServerFull', limits.perServer end
  return nil
end
