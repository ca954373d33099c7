-- @include ../leader/leader.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Counts a campaign's slots from the records that hold some, all of which are due or driven. Does
-- nothing when more upgrades are due or driven than one script may read. Returns 1 when slots were
-- wrong and are right now.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: leader fence, campaign, how many upgrades at most; list: audit
if isDeposed(ARGV[1]) then return 0 end
local campaign, atMost = ARGV[2], tonumber(ARGV[3])
if redis.call('ZCARD', key('due')) + redis.call('ZCARD', key('driven')) > atMost then return 0 end
local right, total = {}, 0
for _, index in ipairs({ 'due', 'driven' }) do
  for _, id in ipairs(redis.call('ZRANGE', key(index), 0, -1)) do
    if string.sub(id, 1, #campaign + 1) == campaign .. '.' then
      local record = redis.call('HMGET', key('upgrade', id), 'h', 'g', 'i')
      if record[1] and record[3] == index then
        right[record[2]] = (right[record[2]] or 0) + 1
        total = total + 1
      end
    end
  end
end
if total > 0 then right['*'] = total end
local slots, wrong = redis.call('HGETALL', key('slots', campaign)), false
for at = 1, #slots, 2 do
  if right[slots[at]] ~= tonumber(slots[at + 1]) then wrong = true end
end
local fields = 0
for _ in pairs(right) do fields = fields + 1 end
if not wrong and fields * 2 == #slots then return 0 end
redis.call('DEL', key('slots', campaign))
for name, count in pairs(right) do redis.call('HSET', key('slots', campaign), name, count) end
addAudit(lists(4)())
return 1
