-- What a shard uses of a campaign's budget, and could use now: parked and waiting clients, of each logon server as many
-- as it has room for. Changes nothing.
-- ARGV: campaign, budget (more than that need not be counted)
local campaign, enough = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', key('campaign', campaign), 'quota', 'served', 'openWaves', 'perServer', 'status')
local perServer = tonumber(found[4] or 0)
local slots = redis.call('HGETALL', key('slots', campaign))
local used, free, wants = {}, {}, 0
for at = 1, #slots, 2 do used[slots[at]] = tonumber(slots[at + 1]) end

local function add(server, queue)
  local room = free[server] or perServer - (used[server] or 0)
  if room <= 0 or wants >= enough then return end
  local fits = math.min(room, redis.call('ZCARD', queue))
  free[server] = room - fits
  wants = wants + fits
end

-- A campaign that does not run can use slots only for what it finishes.
local isRunning = found[5] == 'running' and redis.call('HGET', key('halt'), 'on') ~= '1'
local line = isRunning and 'parked' or 'finishing'
for _, server in ipairs(redis.call('ZRANGE', key(line .. 'Servers', campaign), 0, -1)) do
  add(server, key(line, campaign, server))
end
local servers = redis.call('SMEMBERS', key('servers', campaign))
for wave = 0, isRunning and tonumber(found[3] or 0) - 1 or -1 do
  if wants >= enough then break end
  for _, server in ipairs(servers) do add(server, key('waiting', campaign, wave, server)) end
end
return { tonumber(found[1] or 0), used['*'] or 0, wants, found[2] or '0' }
