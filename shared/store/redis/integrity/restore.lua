-- Gives a client whose record is gone a fresh one, parked: it is looked at before anything is done to it. 0 = it has one.
-- ARGV: leader fence, campaign, client, logon server, state (JSON), queue, finishing, at (policy time); list: audit
if isDeposed(ARGV[1]) then return 0 end
local campaign, client, server, state, queue, finishing, at = unpack(ARGV, 2, 8)
local id = campaign .. '.' .. client
if violationOf(campaign, client, at, false) ~= 'noRecord' then return 0 end
redis.call('HSET', key('upgrade', id), 'v', 1, 's', state, 'q', queue, 'f', finishing, 'g', server, 'a', 0)
toParked(campaign, client, server, at)
redis.call('HSETNX', key('claims'), client, campaign)
addAudit(lists(9)())
return 1
