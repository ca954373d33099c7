-- Puts a message into the inbox of the client's unsettled upgrade and makes it due, in one step: a wake-up
-- can not be lost.
-- ARGV: client, message, inbox limit, at (policy time), campaign ('' = the one that has the client)
local client, at, asked = ARGV[1], ARGV[4], ARGV[5]
local campaign = redis.call('HGET', key('claims'), client)
if not campaign then return { 'nobody' } end
if asked ~= '' and asked ~= campaign then return { 'other', campaign } end
local id = campaign .. '.' .. client
-- A full inbox absorbs the message: it would only cause the look that those in it cause.
local inbox = key('inbox', id)
local isFull = redis.call('LLEN', inbox) >= tonumber(ARGV[3])
if not isFull then redis.call('RPUSH', inbox, ARGV[2]) end

local found = redis.call('HMGET', key('upgrade', id), 'i', 'a', 'q', 'h', 'd')
-- A driver reads the inbox before it rests; a parked upgrade reads it when it gets its slot.
if found[1] ~= 'due' then return { 'delivered', campaign, false } end
-- Due already: its job stays as it is, for a new number would go to the back of the queue and never come to the front.
if isFull or tonumber(found[5]) <= tonumber(at) then
  return { 'delivered', campaign, activationOf(client, found[2], found[3], found[5]) }
end
local activation = tonumber(found[2]) + 1
toDue(id, activation, at, found[4])
return { 'delivered', campaign, activationOf(client, activation, found[3], at) }
