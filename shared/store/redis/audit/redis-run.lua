-- What changes whenever this server may know less than before: its process, and the history that
-- it goes on with as a master.
local function redisRun()
  local process = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
  local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or ''
  return process .. '/' .. history
end
