-- Redis' time, then name, end of its time and facts of every worker.
local all = redis.call('ZRANGE', key('workers'), 0, -1, 'WITHSCORES')
local found = { realNow() }
for at = 1, #all, 2 do
  found[#found + 1] = all[at]
  found[#found + 1] = all[at + 1]
  found[#found + 1] = redis.call('HGET', key('workerFacts'), all[at]) or ''
end
return found
