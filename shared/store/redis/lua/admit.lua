-- Gives slots to those whom admission has picked: compare-and-set for each, whoever does not fit any more is
-- left alone.
-- ARGV: leader fence ('' = not a round), campaign, at (policy time), how many; for each one:
--       client, logon server, wave ('' = parked), state (JSON), queue, finishing; lists: audit, counters
if isDeposed(ARGV[1]) then return {} end
local campaign, at = ARGV[2], ARGV[3]
local limits = limitsOf(campaign)
if limits.status ~= 'running' then return {} end

local function isWaiting(client, server, wave)
  return tonumber(wave) < limits.openWaves
    and redis.call('HGET', key('members', campaign), client) == wave .. '|' .. server
    and redis.call('HEXISTS', key('claims'), client) == 0
end

local function isParked(client, server)
  return redis.call('ZSCORE', key('parked', campaign, server), client)
end

local function admitWaiting(client, server, wave, state, queue, finishing)
  local id = campaign .. '.' .. client
  redis.call('ZREM', key('waiting', campaign, wave, server), client)
  redis.call('HSET', key('members', campaign), client, '')
  redis.call('HSET', key('claims'), client, campaign)
  redis.call('HSET', key('upgrade', id), 'v', 1, 's', state, 'q', queue, 'f', finishing, 'g', server)
  takeSlots(campaign, server)
  toDue(id, 1, at, true)
  return activationOf(client, 1, queue, at)
end

local admitted = {}
local position = 5
for _ = 1, tonumber(ARGV[4]) do
  local client, server, wave, state, queue, finishing = unpack(ARGV, position, position + 5)
  local nextList = lists(position + 6)
  local auditFirst, auditLast = nextList()
  local counterFirst, counterLast = nextList()
  position = counterLast + 1
  if not fullBudget(campaign, server, limits) then
    if wave ~= '' and isWaiting(client, server, wave) then
      admitted[#admitted + 1] = admitWaiting(client, server, wave, state, queue, finishing)
      addAudit(auditFirst, auditLast)
      addCounters(campaign, counterFirst, counterLast)
    elseif wave == '' and isParked(client, server) then
      admitted[#admitted + 1] = admitParked(campaign, client, server, at)
    end
  end
end
return admitted
