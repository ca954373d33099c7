-- A non-terminal upgrade that has a record is in exactly one of due, driven, parked. Only these functions
-- move it.

-- Keeps the list of logon servers that have parked clients in step with the oldest one of each.
local function noteOldest(campaign, server)
  local oldest = redis.call('ZRANGE', key('parked', campaign, server), 0, 0, 'WITHSCORES')
  if oldest[1] then
    redis.call('ZADD', key('parkedServers', campaign), oldest[2], server)
  else
    redis.call('ZREM', key('parkedServers', campaign), server)
  end
end

local function unindex(id)
  redis.call('ZREM', key('due'), id)
  redis.call('ZREM', key('driven'), id)
end

-- d: due time, h: holds slots, n o l: the lease.
local function toDue(id, activation, dueAt, holdsSlots)
  local record = key('upgrade', id)
  redis.call('ZREM', key('driven'), id)
  redis.call('ZADD', key('due'), dueAt, id)
  redis.call('HDEL', record, 'n', 'o', 'l')
  if not holdsSlots then redis.call('HDEL', record, 'h') end
  redis.call('HSET', record, 'i', 'due', 'd', dueAt, 'a', activation)
  if holdsSlots then redis.call('HSET', record, 'h', '1') end
end

local function toParked(campaign, client, server, at)
  local id = campaign .. '.' .. client
  unindex(id)
  redis.call('HDEL', key('upgrade', id), 'd', 'h', 'n', 'o', 'l')
  redis.call('HSET', key('upgrade', id), 'i', 'parked')
  redis.call('ZADD', key('parked', campaign, server), at, client)
  noteOldest(campaign, server)
end

local function toSettled(campaign, client)
  local id = campaign .. '.' .. client
  unindex(id)
  redis.call('HDEL', key('upgrade', id), 'd', 'h', 'n', 'o', 'l')
  redis.call('HSET', key('upgrade', id), 'i', 'settled')
  if redis.call('HGET', key('claims'), client) == campaign then redis.call('HDEL', key('claims'), client) end
end

-- An activation as the caller gets it: client, number, queue, due time.
local function activationOf(client, activation, queue, dueAt)
  return { client, tostring(activation), queue, tostring(dueAt) }
end
