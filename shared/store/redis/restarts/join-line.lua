-- @include restarts.lua

-- After the commit of an upgrade that waits for a slot of a restart: puts its client into the line.
-- Returns the clients that got a slot, maybe this one: a slot may have been freed meanwhile.
-- ARGV: as of take-restart.lua
local asked = cjson.decode(ARGV[1])
local campaign, client = asked.campaign, asked.client
keepTerms(campaign, ARGV[3])
local entry = restartOf(campaign, client) or { since = tonumber(asked.at), holds = false }
entry.fence = asked.fence
if entry.holds then
  keepRestart(campaign, client, entry)
  return { client }
end
entry.places, entry.server = cjson.decode(ARGV[2]), asked.server
keepRestart(campaign, client, entry)
joinLine(campaign, client, asked.at)
return serveLine(campaign, asked.at, entry.places)
