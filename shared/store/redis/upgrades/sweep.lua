-- @include ../leader/leader.lua
-- @include indexes.lua
-- @include ../core/time.lua

-- The safety net: finds drivers whose lease has ended and upgrades that are overdue, and returns
-- the jobs that must exist.
-- Field names of a record: see record.ts.
-- ARGV: leader fence ('' = not a round), at (policy time), grace in policy ms, how many at most,
--       how many overdue upgrades to pass over
if isDeposed(ARGV[1]) then return {} end
local at, limit, skip = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local findings = {}

-- campaign.client: neither holds a dot
local function found(id, what, activation, queue, dueAt)
  local campaign, client = string.match(id, '^([^.]*)%.(.*)$')
  findings[#findings + 1] = { campaign, what, activationOf(client, activation, queue, dueAt) }
end

-- The lease is taken away. The slots stay with the record: the client may be in the middle of a
-- step.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('driven'), '-inf', realNow(), 'LIMIT', 0, limit)) do
  local record = redis.call('HMGET', key('upgrade', id), 'a', 'q', 'h', 'i')
  if record[4] == 'driven' then
    local activation = tonumber(record[1]) + 1
    toDue(id, activation, at, record[3])
    redis.call('HINCRBY', key('upgrade', id), 'c', 1)
    found(id, 'leaseExpired', activation, record[2], at)
  else
    -- The record says otherwise, or is gone: its entry must not hold up the others.
    redis.call('ZREM', key('driven'), id)
  end
end

-- The same activation again: BullMQ absorbs a job that exists already.
-- By rank, because a LIMIT would walk over every entry that it passes over.
local late = tonumber(at) - tonumber(ARGV[3])
local last = skip + limit - #findings - 1
local page = last >= skip and redis.call('ZRANGE', key('due'), skip, last) or {}
for _, id in ipairs(page) do
  local record = redis.call('HMGET', key('upgrade', id), 'a', 'q', 'd', 'i')
  if record[4] ~= 'due' then
    redis.call('ZREM', key('due'), id)
  else
    if tonumber(record[3]) >= late then break end
    found(id, 'overdue', record[1], record[2], record[3])
  end
end
return findings
