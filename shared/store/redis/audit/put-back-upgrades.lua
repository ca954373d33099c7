-- @include ../upgrades/indexes.lua
-- @include ../core/counters.lua
-- @include ../core/lists.lua
-- @include audit.lua

-- Gives waiting clients their records back: settled, or parked without slots. No upgrade is driven
-- before the campaign goes on.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: campaign, at (policy time), how many; for each upgrade: JSON of client, wave, waitsIn (its
--       queue), server, settled, version, activation, queue, finishing; state (JSON, passed through
--       unread); lists: audit, counters
local campaign, at = ARGV[1], ARGV[2]
local position = 4
for _ = 1, tonumber(ARGV[3]) do
  local asked, state = cjson.decode(ARGV[position]), ARGV[position + 1]
  local client, server = asked.client, asked.server
  local nextList = lists(position + 2)
  local auditFirst, auditLast = nextList()
  local counterFirst, counterLast = nextList()
  position = counterLast + 1
  if redis.call('HGET', key('members', campaign), client) == asked.wave .. '|' .. asked.waitsIn then
    local id = campaign .. '.' .. client
    redis.call('ZREM', key('waiting', campaign, asked.wave, asked.waitsIn), client)
    redis.call('HSET', key('members', campaign), client, '')
    redis.call(
      'HSET', key('upgrade', id), 'v', asked.version, 's', state, 'q', asked.queue, 'f', asked.finishing,
      'g', server, 'a', asked.activation
    )
    if asked.settled == '1' then
      toSettled(campaign, client)
    else
      redis.call('HSET', key('claims'), client, campaign)
      redis.call('SADD', key('servers', campaign), server)
      toParked(campaign, client, server, at)
    end
    addAudit(auditFirst, auditLast)
    addCounters(campaign, counterFirst, counterLast)
  end
end
return 1
