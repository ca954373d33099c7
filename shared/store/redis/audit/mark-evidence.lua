-- These texts stand in a file: they stay so long after their last use.
-- ARGV: seconds, SHA-256s
for at = 2, #ARGV do redis.call('EXPIRE', key('evidence', ARGV[at]), ARGV[1]) end
return 1
