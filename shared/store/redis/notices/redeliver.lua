-- @include lines.lua

-- Puts a message behind the lines of destinations once more. Returns 0 when it is not kept.
-- ARGV: message, destinations
if redis.call('HEXISTS', key('noticeTexts'), ARGV[1]) == 0 then return 0 end
for at = 2, #ARGV do
  if not redis.call('LPOS', key('noticeLine', ARGV[at]), ARGV[1]) then putInLine(ARGV[at], ARGV[1]) end
end
return 1
