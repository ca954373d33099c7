-- Looks at some clients of a campaign and changes nothing: those with whom something is wrong, and what.
-- ARGV: campaign, clients
local found = {}
for position = 2, #ARGV do
  local fault = violationOf(ARGV[1], ARGV[position], 0, false)
  if fault then found[#found + 1] = { ARGV[position], fault } end
end
return found
