-- Whoever has not been looked at is forgotten, and after a while what was found, too.
-- ARGV: survey, seconds that it is kept
redis.call('UNLINK', key('surveyWaiting', ARGV[1]), key('surveyAsked', ARGV[1]))
redis.call('EXPIRE', key('surveyFound', ARGV[1]), ARGV[2])
redis.call('EXPIRE', key('surveyCounts', ARGV[1]), ARGV[2])
return 1
