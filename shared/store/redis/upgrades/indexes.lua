-- A non-terminal upgrade that has a record is in exactly one of due, driven and parked. Only these
-- functions move it.
-- Field names of a record: see record.ts.

-- The logon server in the name of a queue of waiting clients: `server`, or `server|class`.
local function serverOf(queue)
  return string.match(queue, '^[^|]*')
end

-- Keeps the list of logon servers that have parked clients in step with the oldest client of each.
-- line: parked = all parked clients; finishing = those that may go on while their campaign does not
-- run
local function noteOldest(line, campaign, server)
  local oldest = redis.call('ZRANGE', key(line, campaign, server), 0, 0, 'WITHSCORES')
  if oldest[1] then
    redis.call('ZADD', key(line .. 'Servers', campaign), oldest[2], server)
  else
    redis.call('ZREM', key(line .. 'Servers', campaign), server)
  end
end

local function enlist(line, campaign, client, server, at)
  redis.call('ZADD', key(line, campaign, server), at, client)
  noteOldest(line, campaign, server)
end

local function delist(line, campaign, client, server)
  if redis.call('ZREM', key(line, campaign, server), client) == 1 then noteOldest(line, campaign, server) end
end

-- d: due time, h: holds slots, n o l: the lease. Further fields of the record are written as well.
local function toDue(id, activation, dueAt, holdsSlots, ...)
  local record = key('upgrade', id)
  redis.call('ZREM', key('driven'), id)
  redis.call('ZADD', key('due'), dueAt, id)
  if holdsSlots then
    redis.call('HDEL', record, 'n', 'o', 'l')
    redis.call('HSET', record, 'i', 'due', 'd', dueAt, 'a', activation, 'h', '1', ...)
  else
    redis.call('HDEL', record, 'n', 'o', 'l', 'h')
    redis.call('HSET', record, 'i', 'due', 'd', dueAt, 'a', activation, ...)
  end
end

local function toParked(campaign, client, server, at, ...)
  local id = campaign .. '.' .. client
  redis.call('ZREM', key('due'), id)
  redis.call('ZREM', key('driven'), id)
  local record = key('upgrade', id)
  redis.call('HDEL', record, 'd', 'h', 'n', 'o', 'l')
  redis.call('HSET', record, 'i', 'parked', ...)
  enlist('parked', campaign, client, server, at)
  if redis.call('HGET', record, 'f') == '1' then enlist('finishing', campaign, client, server, at) end
end

local function unpark(campaign, client, before)
  if before.index ~= 'parked' then return end
  delist('parked', campaign, client, before.server)
  delist('finishing', campaign, client, before.server)
end

-- A driven upgrade is in no other index. The caller takes any other upgrade out of its index first.
local function toSettled(campaign, client, ...)
  local id = campaign .. '.' .. client
  redis.call('ZREM', key('driven'), id)
  local record, claims = key('upgrade', id), key('claims')
  redis.call('HDEL', record, 'h', 'n', 'o', 'l')
  redis.call('HSET', record, 'i', 'settled', ...)
  if redis.call('HGET', claims, client) == campaign then redis.call('HDEL', claims, client) end
end

-- An activation as the caller gets it: client, number, queue, due time.
local function activationOf(client, activation, queue, dueAt)
  return { client, tostring(activation), queue, tostring(dueAt) }
end
