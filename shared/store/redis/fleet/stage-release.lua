-- @include copies.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes a release, what its upgrade command printed, and the audit entry, all at once.
-- ARGV: release, JSON, seconds for which written evidence stays after its last use, manifest of the
--       copies ('' = the release names none); lists: audit, evidence
redis.call('HSET', key('releases'), ARGV[1], ARGV[2])
openCopies(ARGV[1], ARGV[4])
-- A start that has read the release as it was before must read again.
redis.call('INCR', key('starts'))
local nextList = lists(5)
addAudit(nextList())
local first, last = nextList()
addEvidence(first, last, ARGV[3])
return 1
