-- The chain goes on after a block that stands in a file. The stream remembers its last id also when it holds nothing.
-- ARGV: number, head, after, last, header
redis.call('HSET', key('seal'), 'number', ARGV[1], 'head', ARGV[2], 'after', ARGV[3], 'last', ARGV[4],
  'header', ARGV[5], 'written', ARGV[1])
redis.call('XADD', key('audit'), ARGV[4], 'put', 'back')
redis.call('XDEL', key('audit'), ARGV[4])
return 1
