-- Writes a survey, whose targets wait already, and its audit entry.
-- ARGV: survey, JSON, when (policy time); list: audit
redis.call('HSET', key('survey', ARGV[1]), 'json', ARGV[2])
redis.call('ZADD', key('surveys'), ARGV[3], ARGV[1])
redis.call('SADD', key('surveysOpen'), ARGV[1])
addAudit(lists(4)())
return 1
