-- Whether an entry can have this id by now. A stream that takes an id of a far day gives every
-- later entry the time of that day, or none at all. Ten minutes: clocks differ.
local function hasCome(id)
  local at = tonumber(string.match(id, '^(%d+)%-%d+$'))
  return at ~= nil and at <= redis.call('TIME')[1] * 1000 + 600000
end
