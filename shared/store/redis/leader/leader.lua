-- The highest fence of a leader that this shard has seen. A round brings its own fence; an older
-- one changes nothing.

-- counter: '' when the caller is not a round of the leader
local function isDeposed(counter)
  if counter == '' then return false end
  local seen = redis.call('HGET', key('leader'), 'counter')
  if seen and tonumber(seen) > tonumber(counter) then return true end
  if seen ~= counter then redis.call('HSET', key('leader'), 'counter', counter) end
  return false
end
