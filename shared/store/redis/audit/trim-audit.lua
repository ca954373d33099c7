-- Removes the oldest entries of the audit beyond `keep`, but none that does not stand in a file.
-- Returns how many it removed.
-- ARGV: keep, how many to remove at most
local found = redis.call('HMGET', key('seal'), 'number', 'written', 'after', 'last')
if not found[2] then return 0 end
-- While the head is not written yet, the entries before it are.
local safe = found[1] == found[2] and found[4] or found[3]
local excess = math.min(redis.call('XLEN', key('audit')) - tonumber(ARGV[1]), tonumber(ARGV[2]))
if excess <= 0 then return 0 end
local page = redis.call('XRANGE', key('audit'), '-', safe, 'COUNT', excess)
if #page == 0 then return 0 end
redis.call('XTRIM', key('audit'), 'MINID', page[#page][1])
return #page - 1 + redis.call('XDEL', key('audit'), page[#page][1])
