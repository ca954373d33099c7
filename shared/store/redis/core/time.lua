-- Real time by Redis's own clock, which all drivers share.
-- Microseconds stay below 2^53 until the year 2255.
local function realMicroseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Whole milliseconds.
local function realNow()
  return math.floor(realMicroseconds() / 1000)
end
