-- @include ../leader/leader.lua
-- @include violations.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Gives a client that has lost its record a fresh one, parked: its driver looks before it does
-- anything else. Returns 0 when the client has a record.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: JSON of leader (fence, '' = not a round), campaign, client, server, queue, finishing, at
--       (policy time); state (JSON, passed through unread); list: audit
local asked, state = cjson.decode(ARGV[1]), ARGV[2]
if isDeposed(asked.leader) then return 0 end
local campaign, client, server, at = asked.campaign, asked.client, asked.server, asked.at
if violationOf(campaign, client, at, false) ~= 'noRecord' then return 0 end
redis.call(
  'HSET', key('upgrade', campaign .. '.' .. client), 'v', 1, 's', state, 'q', asked.queue,
  'f', asked.finishing, 'g', server, 'a',
  redis.call('HGET', key('campaign', campaign), 'base') or 0
)
toParked(campaign, client, server, at)
redis.call('HSETNX', key('claims'), client, campaign)
addAudit(lists(3)())
return 1
