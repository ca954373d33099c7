-- @include redis-run.lua
-- @include stream-id.lua

-- Moves the head of the audit's chain by compare-and-set. A head that stands in no file is replaced
-- by a block of its own number, a head that stands in a file is followed by a later one.
-- Returns 1 when it moved, 0 when it did nothing.
-- ARGV: JSON of numberBefore and headBefore (0 and '' = none), number, head, after, last, header
local asked = cjson.decode(ARGV[1])
local seal = key('seal')
local found = redis.call('HMGET', seal, 'number', 'head', 'written')
local number, head, written = found[1] or '0', found[2] or '', found[3] or '0'
if number ~= asked.numberBefore or head ~= asked.headBefore then return 0 end
local isReplaced = asked.number == number
if isReplaced ~= (written ~= number) then return 0 end
local page = redis.pcall('XRANGE', key('audit'), asked.last, asked.last)
local isInStream = not page.err and #page > 0
if not isInStream and (page.err or not hasCome(asked.last)) then return 0 end
redis.call(
  'HSET', seal, 'number', asked.number, 'head', asked.head, 'after', asked.after, 'last', asked.last,
  'header', asked.header, 'run', redisRun()
)
-- A Redis that went back in time knows less than the file, and its clock may be behind. New
-- entries must still get ids after the block, or no block would ever seal them. XADD is refused
-- when the stream is further on.
if not isInStream then
  if not redis.pcall('XADD', key('audit'), asked.last, 'went', 'back').err then
    redis.call('XDEL', key('audit'), asked.last)
  end
end
return 1
