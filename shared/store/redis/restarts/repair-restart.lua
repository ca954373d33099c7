-- @include restarts.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Repairs what a client has of slots of restarts, unless a driver of the client has asked since its
-- entry was read. Returns false then, else the clients to wake.
-- ARGV: JSON of campaign, client, fault, server, since, fence (of the entry; '' = there was none),
--       at (policy time); places (JSON), terms (JSON); list: audit
local asked = cjson.decode(ARGV[1])
local campaign, client, fault = asked.campaign, asked.client, asked.fault
local entry = restartOf(campaign, client)
if (entry and entry.fence or '') ~= asked.fence then return false end
keepTerms(campaign, ARGV[3])
addAudit(lists(4)())
if fault == 'restartNotNeeded' then return entry and leaveRestarts(campaign, client, entry, asked.at) or {} end
if fault == 'restartNotWoken' then return { client } end
local fresh = { places = cjson.decode(ARGV[2]), server = asked.server, fence = asked.fence, holds = false }
fresh.since = tonumber(asked.since)
-- Any driver has a later fence.
if fresh.fence == '' then fresh.fence = '0' end
if fault == 'restartNotCounted' then
  -- Also beyond the limit: the client restarts.
  takeRestart(campaign, client, fresh, asked.since)
  return {}
end
keepRestart(campaign, client, fresh)
joinLine(campaign, client, asked.at)
return serveLine(campaign, asked.at, nil)
