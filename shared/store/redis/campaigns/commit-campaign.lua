-- @include ../leader/leader.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Compare-and-set of a campaign by its version. Returns 0 when another change came first.
-- ARGV: JSON of leader (fence, '' = not a round), campaign, version, status (the next one), starts
--       ('' = does not matter), joined (1 = clients have joined it); lists: campaign hash, audit
local asked = cjson.decode(ARGV[1])
if isDeposed(asked.leader) then return 0 end
local campaign = asked.campaign
local found = redis.call('HMGET', key('campaign', campaign), 'version', 'status')
if found[1] ~= asked.version then return 0 end
-- Two campaigns that want the same client both looked for overlaps before the other one ran. The
-- slower one must look again.
if asked.starts ~= '' and (redis.call('GET', key('starts')) or '0') ~= asked.starts then return 0 end
-- A paused campaign counts as running: every look for overlaps has seen it.
local wasAtWork = found[2] == 'running' or found[2] == 'paused'
local begins = asked.status == 'running' and not wasAtWork
-- Who looked for overlaps before clients joined a campaign at work must look again, too.
if begins or (wasAtWork and asked.joined == '1') then redis.call('INCR', key('starts')) end
local nextList = lists(2)
redis.call('HSET', key('campaign', campaign), unpack(ARGV, nextList()))
addAudit(nextList())
return 1
