-- Writes how a survey ended; the first end counts. Returns 0 when there is no such survey.
-- ARGV: survey, end as JSON; list: audit
local survey = key('survey', ARGV[1])
if redis.call('EXISTS', survey) == 0 then return 0 end
if redis.call('HSETNX', survey, 'end', ARGV[2]) == 1 then addAudit(lists(3)()) end
return 1
