-- The lines of messages: each destination has a list of message ids, oldest first. `noticeHeads`
-- has one field for each line that is not empty.

-- A message that was not tried yet.
local function headOf(notice)
  return cjson.encode({ notice = notice, tries = 0, firstAt = 0, dueAt = 0 })
end

-- Puts a message behind the line of a destination.
local function putInLine(destination, notice)
  local line = key('noticeLine', destination)
  if redis.call('RPUSH', line, notice) == 1 then
    redis.call('HSET', key('noticeHeads'), destination, headOf(notice))
  end
  redis.call('HINCRBY', key('noticeOpen'), notice, 1)
end
