-- Wakes the rounds of the leader for a campaign, after a change without an audit entry.
local function wakeLeader(campaign)
  redis.call('XADD', key('wakes'), 'MAXLEN', '~', 1000, '*', 'c', campaign)
end
