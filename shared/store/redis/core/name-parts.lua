-- Clients in the order of their names (name-parts.ts). The keys of names lie in parts of at most
-- 256, in no order within a part: a name takes a tenth of the memory that it takes in a sorted set.
-- A hash has the texts of the parts and, as `#`, how many names there are; a sorted set has the
-- first key of each part, and an empty one for the first part.
local mostInPart = 256

local function keyOfName(client)
  local lower = string.lower(client)
  return lower == client and client or lower .. ' ' .. client
end

-- By bytes: `<` would follow the language of the machine.
local function isBefore(a, b)
  for at = 1, math.min(#a, #b) do
    local x, y = string.byte(a, at), string.byte(b, at)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function writePart(texts, parts, part, names)
  if #names == 0 and part ~= '' then
    redis.call('HDEL', texts, part)
    redis.call('ZREM', parts, part)
  else
    redis.call('HSET', texts, part, table.concat(names, '\n'))
  end
end

-- A client has come or gone. Nothing is noted where the names are not in order yet: the first list
-- puts them in order.
local function noteName(texts, parts, client, isThere)
  local name = keyOfName(client)
  local part = redis.call('ZREVRANGEBYLEX', parts, '[' .. name, '-', 'LIMIT', 0, 1)[1]
  if not part then return end
  local names, wasThere = {}, false
  for each in string.gmatch(redis.call('HGET', texts, part) or '', '[^\n]+') do
    if each == name then wasThere = true else names[#names + 1] = each end
  end
  if isThere then names[#names + 1] = name end
  if isThere ~= wasThere then redis.call('HINCRBY', texts, '#', isThere and 1 or -1) end
  if #names > mostInPart then
    table.sort(names, isBefore)
    local half, upper = {}, {}
    for at, each in ipairs(names) do
      local into = at <= mostInPart / 2 and half or upper
      into[#into + 1] = each
    end
    redis.call('ZADD', parts, 0, upper[1])
    writePart(texts, parts, upper[1], upper)
    names = half
  end
  writePart(texts, parts, part, names)
end
