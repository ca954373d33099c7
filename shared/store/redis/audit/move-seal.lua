-- Moves the head of the audit's chain: compare-and-set, and only when the head stands in a file. 1 = moved, 0 = a loser does nothing.
-- ARGV: number and head before (0 and '' = none), number, head, after, last, header
local seal = key('seal')
local found = redis.call('HMGET', seal, 'number', 'head', 'written')
local number, head, written = found[1] or '0', found[2] or '', found[3] or '0'
if number ~= ARGV[1] or head ~= ARGV[2] or written ~= number then return 0 end
redis.call('HSET', seal, 'number', ARGV[3], 'head', ARGV[4], 'after', ARGV[5], 'last', ARGV[6], 'header', ARGV[7])
-- A Redis that went back knows less than the file, and its clock may be behind: what is done from now on comes after the block all the
-- same, or it would never be sealed. Refused when the stream is further on.
if #redis.call('XRANGE', key('audit'), ARGV[6], ARGV[6]) == 0 then
  if not redis.pcall('XADD', key('audit'), ARGV[6], 'went', 'back').err then redis.call('XDEL', key('audit'), ARGV[6]) end
end
return 1
