-- @include ../leader/leader.lua

-- Takes starts of a campaign that may start so many clients in a minute, before any client is
-- admitted: what is taken counts, whatever becomes of the caller. Returns how many were taken, at
-- most as many as wanted. `mayStart` in orchestrator/domain/speed.ts decides the same.
-- ARGV: JSON of leader (fence, '' = not a round), campaign, at (policy time), wanted (negative:
--       gives back), perMinute
local asked = cjson.decode(ARGV[1])
if isDeposed(asked.leader) then return 0 end
local record = key('campaign', asked.campaign)
local wanted, perMinute = tonumber(asked.wanted), tonumber(asked.perMinute)
local second = math.floor(tonumber(asked.at) / 1000)

-- `second:starts;second:starts`. A clock that was put back leaves seconds far ahead: they count as
-- of now.
local known, present = {}, second
for when, starts in string.gmatch(redis.call('HGET', record, 'started') or '', '(%d+):(%d+)') do
  when = tonumber(when)
  if when > second + 120 then when = second end
  present = math.max(present, when)
  known[when] = (known[when] or 0) + tonumber(starts)
end
-- A start counts for a minute, and for 5 seconds by which a caller may be late.
local inMinute, lately, kept = 0, 0, {}
for when, starts in pairs(known) do
  if present - when <= 65 then
    kept[when] = starts
    inMinute = inMinute + starts
    if present - when < 10 then lately = lately + starts end
  end
end
local taken = math.min(wanted, perMinute - inMinute, math.ceil(perMinute / 6) - lately)
if wanted > 0 and taken <= 0 then return 0 end
kept[present] = (kept[present] or 0) + taken
local parts = {}
for when, starts in pairs(kept) do
  if starts > 0 then parts[#parts + 1] = string.format('%.0f:%d', when, starts) end
end
redis.call('HSET', record, 'started', table.concat(parts, ';'))
return taken
