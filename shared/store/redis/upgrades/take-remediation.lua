-- Counts a remediation that is about to begin, or returns the limit that lets none begin. The same
-- name counts once. `spentLimit` in shared/domain/rules/remediation-limits.ts decides the same.
-- ARGV: JSON of campaign, name, wave, at (policy time), perHour, perWave ('' = any number)
local asked = cjson.decode(ARGV[1])
local begun, at = key('remediations', asked.campaign), tonumber(asked.at)
local perHour, perWave = tonumber(asked.perHour), tonumber(asked.perWave)
local own = redis.call('ZSCORE', begun, asked.name)

if perWave then
  local inWave = tonumber(redis.call('HGET', key('campaign', asked.campaign), 'remediations:' .. asked.wave) or 0)
  if inWave - (own and 1 or 0) >= perWave then return { 'perWave', perWave } end
end
if perHour then
  -- A clock that was put back leaves times far ahead: they count as of now.
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', begun, string.format('(%.0f', at + 120000), '+inf')) do
    redis.call('ZADD', begun, asked.at, name)
  end
  if own then redis.call('ZREM', begun, asked.name) end
  local since = string.format('(%.0f', at - 3600000)
  local inHour = redis.call('ZCOUNT', begun, since, '+inf')
  local makesRoom = {}
  if inHour >= perHour then
    makesRoom = redis.call('ZRANGEBYSCORE', begun, since, '+inf', 'WITHSCORES', 'LIMIT', inHour - perHour, 1)
  end
  if makesRoom[2] then
    if own then redis.call('ZADD', begun, own, asked.name) end
    return { 'perHour', perHour, string.format('%.0f', tonumber(makesRoom[2]) + 3600000) }
  end
end
redis.call('ZADD', begun, asked.at, asked.name)
if not own then redis.call('HINCRBY', key('campaign', asked.campaign), 'remediations:' .. asked.wave, 1) end
return false
