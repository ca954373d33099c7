-- Real time in whole milliseconds, by the one clock that all drivers share: Redis's own.
local function realNow()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
