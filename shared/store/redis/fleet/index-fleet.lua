-- Puts a staged index of machines in the place of the one before. Returns 0 when the fleet has
-- changed since it was read, or when a part of what was staged is gone.
-- ARGV: JSON of token (of the staging key), imports, moves, members
local asked = cjson.decode(ARGV[1])
local staged = key('staging', asked.token, 'machines')
if (redis.call('GET', key('imports')) or '0') ~= asked.imports or (redis.call('GET', key('moves')) or '0') ~= asked.moves
  or redis.call('ZCARD', staged) ~= tonumber(asked.members) then
  redis.call('UNLINK', staged)
  return 0
end
redis.call('UNLINK', key('machines'))
if asked.members ~= '0' then
  redis.call('RENAME', staged, key('machines'))
  redis.call('PERSIST', key('machines'))
end
redis.call('SET', key('machinesAt'), asked.imports)
return 1
