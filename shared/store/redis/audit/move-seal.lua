-- Moves the head of the audit's chain by compare-and-set, and only when the head stands in a file.
-- Returns 1 when it moved, 0 when it did nothing.
-- ARGV: JSON of numberBefore and headBefore (0 and '' = none), number, head, after, last, header
local asked = cjson.decode(ARGV[1])
local seal = key('seal')
local found = redis.call('HMGET', seal, 'number', 'head', 'written')
local number, head, written = found[1] or '0', found[2] or '', found[3] or '0'
if number ~= asked.numberBefore or head ~= asked.headBefore or written ~= number then return 0 end
redis.call(
  'HSET', seal, 'number', asked.number, 'head', asked.head, 'after', asked.after, 'last', asked.last,
  'header', asked.header
)
-- A Redis that went back in time knows less than the file, and its clock may be behind. New
-- entries must still get ids after the block, or no block would ever seal them. XADD is refused
-- when the stream is further on.
if #redis.call('XRANGE', key('audit'), asked.last, asked.last) == 0 then
  if not redis.pcall('XADD', key('audit'), asked.last, 'went', 'back').err then
    redis.call('XDEL', key('audit'), asked.last)
  end
end
return 1
