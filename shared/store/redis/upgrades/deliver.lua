-- @include indexes.lua

-- Puts a message into the inbox of the client's unsettled upgrade and makes the upgrade due, in one
-- step: a wake-up cannot be lost.
-- Field names of a record: see record.ts.
-- ARGV: client, message, inbox limit, at (policy time), campaign ('' = the one that has the client)
local client, at, asked = ARGV[1], ARGV[4], ARGV[5]
local campaign = redis.call('HGET', key('claims'), client)
if not campaign then return { 'unclaimed' } end
if asked ~= '' and asked ~= campaign then return { 'other', campaign } end
local id = campaign .. '.' .. client
-- A full inbox absorbs the message: the messages in it cause the same look.
local inbox = key('inbox', id)
local isFull = redis.call('LLEN', inbox) >= tonumber(ARGV[3])
if not isFull then redis.call('RPUSH', inbox, ARGV[2]) end

local found = redis.call('HMGET', key('upgrade', id), 'i', 'a', 'q', 'h', 'd')
-- A driver reads the inbox before the upgrade rests; a parked upgrade is read when it gets a slot.
if found[1] ~= 'due' then return { 'delivered', campaign, false } end
-- Due already: its job stays. A new number would put it at the back of the queue, again and again.
if isFull or tonumber(found[5]) <= tonumber(at) then
  return { 'delivered', campaign, activationOf(client, found[2], found[3], found[5]) }
end
local activation = tonumber(found[2]) + 1
toDue(id, activation, at, found[4])
return { 'delivered', campaign, activationOf(client, activation, found[3], at) }
