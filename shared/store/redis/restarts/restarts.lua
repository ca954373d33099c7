-- @include ../admission/slots.lua

-- Slots of restarts, all in shard 0. An entry of a client has its places (name, says), the logon
-- server where it was seen, the fence of the driver that asked, since when (policy time) and
-- whether it holds the slots; `turn` is its former turn in the line until its driver has come.
-- `fullPlace` in shared/domain/rules/restart-limits.ts decides the
-- same.

local function restartOf(campaign, client)
  local text = redis.call('HGET', key('restarts', campaign), client)
  return text and cjson.decode(text)
end

local function keepRestart(campaign, client, entry)
  redis.call('HSET', key('restarts', campaign), client, cjson.encode(entry))
end

local function countRestart(campaign, places, by)
  for _, place in ipairs(places) do count(key('restartSlots', campaign), place.name, by) end
end

-- Keeps the limits of the newest edition. terms: JSON of edition and most, or ''
local function keepTerms(campaign, terms)
  if terms == '' or redis.call('HEXISTS', key('campaign', campaign), 'version') == 0 then return end
  local known = redis.call('HGET', key('campaign', campaign), 'restartTerms')
  if known and cjson.decode(known).edition >= cjson.decode(terms).edition then return end
  redis.call('HSET', key('campaign', campaign), 'restartTerms', terms)
end

-- How many clients may restart at the same time, by kind of place.
local function mostRestarts(campaign)
  local terms = redis.call('HGET', key('campaign', campaign), 'restartTerms')
  return terms and cjson.decode(terms).most or {}
end

-- The first place without room, and its limit; nil = there is room in all of them.
-- kept: slots that are kept free, by place
local function fullPlace(campaign, places, most, kept)
  for _, place in ipairs(places) do
    local limit = most[string.match(place.name, '^[^=]*')]
    local used = limit and tonumber(redis.call('HGET', key('restartSlots', campaign), place.name) or 0)
    if limit and used + (kept[place.name] or 0) >= limit then return place, limit end
  end
  return nil
end

-- The oldest client of the line keeps a slot free in each of its places, so that it does not wait
-- for ever.
local function keepFree(entry, kept)
  for _, place in ipairs(entry.places) do kept[place.name] = 1 end
end

-- Slots that are kept free for another client than this one.
local function keptFrom(campaign, client)
  local kept, limits = {}, limitsOf(campaign)
  local line = redis.call('ZRANGE', key('restartLine', campaign), 0, -1)
  for _, other in ipairs(line) do
    local entry = restartOf(campaign, other)
    if entry and not isHeld(entry.server, limits) then
      if other ~= client then keepFree(entry, kept) end
      return kept
    end
  end
  return kept
end

local function takeRestart(campaign, client, entry, at)
  entry.holds, entry.since = true, tonumber(at)
  keepRestart(campaign, client, entry)
  countRestart(campaign, entry.places, 1)
  redis.call('ZREM', key('restartLine', campaign), client)
end

-- Does the text of an entry name one of these places? Decoding each entry of a long line is slow.
local function concerns(text, freed)
  if not freed then return true end
  for _, place in ipairs(freed) do
    if string.find(text, cjson.encode(place.name), 1, true) then return true end
  end
  return false
end

local function anyRoom(campaign, places, most, kept)
  for _, place in ipairs(places) do
    if not fullPlace(campaign, { place }, most, kept) then return true end
  end
  return false
end

local linePage = 200

-- Gives free slots to clients of the line, in their order, and returns these clients.
-- freed: only these places have got room; nil = any may have
local function serveLine(campaign, at, freed)
  local served = {}
  local line = redis.call('ZRANGE', key('restartLine', campaign), 0, -1)
  if #line == 0 then return served end
  local limits = limitsOf(campaign)
  -- A campaign that does not run begins no restart.
  if limits.status ~= 'running' then return served end
  local most, kept, oldestWaits = mostRestarts(campaign), {}, false
  for from = 1, #line, linePage do
    local texts = redis.call('HMGET', key('restarts', campaign), unpack(line, from, math.min(from + linePage - 1, #line)))
    for offset, text in ipairs(texts) do
      local client = line[from + offset - 1]
      if text and (not oldestWaits or concerns(text, freed)) then
        local entry = cjson.decode(text)
        if not isHeld(entry.server, limits) then
          if not fullPlace(campaign, entry.places, most, kept) then
            entry.turn = redis.call('ZSCORE', key('restartLine', campaign), client)
            takeRestart(campaign, client, entry, at)
            served[#served + 1] = client
          elseif not oldestWaits then
            oldestWaits = true
            keepFree(entry, kept)
          end
        end
      elseif not text then
        redis.call('ZREM', key('restartLine', campaign), client)
      end
    end
    if oldestWaits and freed and not anyRoom(campaign, freed, most, kept) then break end
  end
  return served
end

-- Puts a client at the end of the line; one that stands in it keeps its turn.
local function joinLine(campaign, client, at)
  local line = key('restartLine', campaign)
  local last = redis.call('ZREVRANGE', line, 0, 0, 'WITHSCORES')[2]
  local turn = math.max(tonumber(at), tonumber(last or 0) + 1)
  redis.call('ZADD', line, 'NX', string.format('%.0f', turn), client)
end

-- A client that has got a slot and whose logon server is held since then cannot come for the slot:
-- it stands in the line again, at its former turn.
local function takeBackFromHeld(campaign)
  local limits = limitsOf(campaign)
  if limits.held == '' then return end
  local found = redis.call('HGETALL', key('restarts', campaign))
  for at = 1, #found, 2 do
    local client, entry = found[at], cjson.decode(found[at + 1])
    if entry.holds and entry.turn and isHeld(entry.server, limits) then
      countRestart(campaign, entry.places, -1)
      redis.call('ZADD', key('restartLine', campaign), entry.turn, client)
      entry.holds, entry.turn = false, nil
      keepRestart(campaign, client, entry)
    end
  end
end

-- Takes a client out, and serves those that have waited for it.
local function leaveRestarts(campaign, client, entry, at)
  redis.call('HDEL', key('restarts', campaign), client)
  if entry.holds then countRestart(campaign, entry.places, -1) end
  redis.call('ZREM', key('restartLine', campaign), client)
  return serveLine(campaign, at, entry.places)
end
