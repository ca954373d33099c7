-- Forgets the targets without an answer at once, and what was found after a while.
-- ARGV: survey, seconds until what was found is forgotten
redis.call('UNLINK', key('surveyWaiting', ARGV[1]), key('surveyAsked', ARGV[1]))
redis.call('EXPIRE', key('surveyFound', ARGV[1]), ARGV[2])
redis.call('EXPIRE', key('surveyCounts', ARGV[1]), ARGV[2])
return 1
