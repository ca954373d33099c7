-- The safety net: finds drivers whose lease ended and upgrades that are overdue, and says which jobs must be
-- there.
-- ARGV: at (policy time), grace in policy ms, how many at most
local at, limit = ARGV[1], tonumber(ARGV[3])
local findings = {}

-- campaign.client: neither holds a dot
local function found(id, what, activation, queue, dueAt)
  local campaign, client = string.match(id, '^([^.]*)%.(.*)$')
  findings[#findings + 1] = { campaign, what, activationOf(client, activation, queue, dueAt) }
end

-- The lease is taken away; the slots stay with the record, for the client may be in the middle of something.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('driven'), '-inf', realNow(), 'LIMIT', 0, limit)) do
  local record = redis.call('HMGET', key('upgrade', id), 'a', 'q', 'h')
  local activation = tonumber(record[1]) + 1
  toDue(id, activation, at, record[3])
  found(id, 'leaseExpired', activation, record[2], at)
end

-- The same activation again: a job that is still there absorbs the double.
local late = '(' .. string.format('%.0f', tonumber(at) - tonumber(ARGV[2]))
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('due'), '-inf', late, 'LIMIT', 0, limit - #findings)) do
  local record = redis.call('HMGET', key('upgrade', id), 'a', 'q', 'd')
  found(id, 'overdue', record[1], record[2], record[3])
end
return findings
