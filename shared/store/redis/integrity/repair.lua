-- Puts one client right, if it is still wrong in the way that was found. 0 = it is not any more. Else its activation, when it is due.
-- ARGV: leader fence ('' = not a round), campaign, client, what was found, at (policy time); list: audit
if isDeposed(ARGV[1]) then return 0 end
local campaign, client, fault, at = unpack(ARGV, 2, 5)
if violationOf(campaign, client, at, false) ~= fault then return 0 end
violationOf(campaign, client, at, true)
addAudit(lists(6)())
local found = redis.call('HMGET', key('upgrade', campaign .. '.' .. client), 'i', 'a', 'q', 'd')
if found[1] ~= 'due' then return 1 end
return activationOf(client, found[2], found[3], found[4])
