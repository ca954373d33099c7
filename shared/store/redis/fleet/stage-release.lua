-- A release, what its upgrade command said, and the audit entry, all at once.
-- ARGV: release, JSON, seconds that evidence which stands in a file stays after its last use, manifest of its copies ('' = it names none);
--       lists: audit, evidence
redis.call('HSET', key('releases'), ARGV[1], ARGV[2])
openCopies(ARGV[1], ARGV[4])
-- Who is about to start a campaign has read the release as it was before: it looks again.
redis.call('INCR', key('starts'))
local nextList = lists(5)
addAudit(nextList())
local first, last = nextList()
addEvidence(first, last, ARGV[3])
return 1
