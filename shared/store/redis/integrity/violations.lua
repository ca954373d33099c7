-- @include ../upgrades/indexes.lua

-- What must hold of one client of a campaign in its record, the indexes, the claims and the list of
-- members, and how a violation is repaired. The record is believed, an index is not.
-- Field names of a record: see ../upgrades/record.ts.

local function scoreOf(queue, member)
  return redis.call('ZSCORE', queue, member)
end

-- A waiting client must be in the queue of its wave. A client that was lost goes to the end.
local function ofWaiting(campaign, client, wave, waitsIn, repair)
  if redis.call('EXISTS', key('upgrade', campaign .. '.' .. client)) == 1 then
    if repair then redis.call('HSET', key('members', campaign), client, '') end
    return 'waitsThoughRecorded'
  end
  local queue = key('waiting', campaign, wave, waitsIn)
  if scoreOf(queue, client) then return nil end
  local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
  if repair then redis.call('ZADD', queue, tonumber(last or 0) + 1, client) end
  return 'inNoIndex'
end

-- A settled upgrade must be in no index, and its campaign must not claim the client.
local function ofSettled(campaign, client, record, due, driven, parked, repair)
  local claim = redis.call('HGET', key('claims'), client)
  if repair then
    redis.call('ZREM', key('due'), campaign .. '.' .. client)
    redis.call('ZREM', key('driven'), campaign .. '.' .. client)
    delist('parked', campaign, client, record.g)
    delist('finishing', campaign, client, record.g)
    if claim == campaign then redis.call('HDEL', key('claims'), client) end
  end
  if due or driven or parked then return 'indexedThoughSettled' end
  return claim == campaign and 'claimedThoughSettled' or nil
end

-- The record names the one index in which the upgrade must be.
local function ofIndexes(record, due, driven, parked, finishing)
  local found = (due and 1 or 0) + (driven and 1 or 0) + (parked and 1 or 0)
  if found > 1 then return 'inSeveral' end
  local own = record.i == 'due' and due or record.i == 'driven' and driven or record.i == 'parked' and parked
  if not own then return found == 0 and 'inNoIndex' or 'inAnother' end
  if record.i == 'due' and tonumber(due) ~= tonumber(record.d) then return 'otherDueTime' end
  local mustFinish = record.i == 'parked' and record.f == '1'
  if mustFinish ~= (finishing and true or false) then return 'otherLine' end
  return nil
end

-- A driven upgrade whose record has lost the lease too becomes due now: its next driver looks
-- first.
local function reindex(campaign, client, record, at)
  local id = campaign .. '.' .. client
  redis.call('ZREM', key('due'), id)
  redis.call('ZREM', key('driven'), id)
  local since = scoreOf(key('parked', campaign, record.g), client) or at
  delist('parked', campaign, client, record.g)
  delist('finishing', campaign, client, record.g)
  if record.i == 'parked' then
    toParked(campaign, client, record.g, since)
  elseif record.i == 'driven' and record.l then
    redis.call('ZADD', key('driven'), record.l, id)
  elseif record.i == 'driven' then
    toDue(id, record.a + 1, at, record.h)
  else
    toDue(id, record.a, record.d or at, record.h)
  end
end

-- nil, or what is wrong with this client. With `repair` it is also repaired, save a lost record.
local function violationOf(campaign, client, at, repair)
  local member = redis.call('HGET', key('members', campaign), client)
  if not member then return nil end
  local wave, waitsIn = string.match(member, '^(%d+)|(.*)$')
  if wave then return ofWaiting(campaign, client, wave, waitsIn, repair) end
  local id = campaign .. '.' .. client
  local found = redis.call('HMGET', key('upgrade', id), 'i', 'a', 'd', 'h', 'g', 'l', 'f')
  if not found[1] then return 'noRecord' end
  local record = { i = found[1], a = found[2], d = found[3], h = found[4], g = found[5], l = found[6], f = found[7] }
  local due, driven = scoreOf(key('due'), id), scoreOf(key('driven'), id)
  local parked = scoreOf(key('parked', campaign, record.g), client)
  if record.i == 'settled' then return ofSettled(campaign, client, record, due, driven, parked, repair) end
  local violation = ofIndexes(record, due, driven, parked, scoreOf(key('finishing', campaign, record.g), client))
  if violation then
    if repair then reindex(campaign, client, record, at) end
    return violation
  end
  if redis.call('HEXISTS', key('claims'), client) == 1 then return nil end
  if repair then redis.call('HSET', key('claims'), client, campaign) end
  return 'noClaim'
end
