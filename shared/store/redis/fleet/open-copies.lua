-- open-copies
-- ARGV: release, manifest ('' = the release names no copies)
openCopies(ARGV[1], ARGV[2])
return 1
