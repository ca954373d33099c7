-- @include restarts.lua

-- Takes the slots of a restart before the commit that begins the restart, or returns the place that
-- has no room, in words, and its limit. A client that holds them already keeps them.
-- ARGV: JSON of campaign, client, server, fence, at (policy time); places (JSON), terms (JSON)
local asked = cjson.decode(ARGV[1])
local campaign, client = asked.campaign, asked.client
keepTerms(campaign, ARGV[3])
local entry = restartOf(campaign, client)
if entry and entry.holds then
  entry.fence, entry.turn = asked.fence, nil
  keepRestart(campaign, client, entry)
  return false
end
local places = cjson.decode(ARGV[2])
local full, most = fullPlace(campaign, places, mostRestarts(campaign), keptFrom(campaign, client))
if full then return { full.says, most } end
takeRestart(campaign, client, { places = places, server = asked.server, fence = asked.fence }, asked.at)
return false
