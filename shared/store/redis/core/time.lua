-- Real time by the one clock that all drivers share: Redis's own. Microseconds stay below 2^53 until the year 2255.
local function realMicroseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- In whole milliseconds.
local function realNow()
  return math.floor(realMicroseconds() / 1000)
end
