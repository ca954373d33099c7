-- Waiting clients get their records back: settled, or parked without slots. Nobody is driven before the campaign goes on.
-- ARGV: campaign, at (policy time), how many; for each one:
--       client, wave, logon server where it waits, logon server, settled, version, activation, state (JSON), queue, finishing;
--       lists: audit, counters
local campaign, at = ARGV[1], ARGV[2]
local position = 4
for _ = 1, tonumber(ARGV[3]) do
  local client, wave, waits, server, settled = unpack(ARGV, position, position + 4)
  local version, activation, state, queue, finishing = unpack(ARGV, position + 5, position + 9)
  local nextList = lists(position + 10)
  local auditFirst, auditLast = nextList()
  local counterFirst, counterLast = nextList()
  position = counterLast + 1
  if redis.call('HGET', key('members', campaign), client) == wave .. '|' .. waits then
    local id = campaign .. '.' .. client
    redis.call('ZREM', key('waiting', campaign, wave, waits), client)
    redis.call('HSET', key('members', campaign), client, '')
    redis.call('HSET', key('upgrade', id), 'v', version, 's', state, 'q', queue, 'f', finishing, 'g', server,
      'a', activation)
    if settled == '1' then
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
