-- Lists at the end of the arguments: how many values follow, then the values. Each call of the
-- function that this returns gives the first and last position of the next list.
local function lists(start)
  local position = start - 1
  return function()
    local first = position + 2
    position = position + 1 + tonumber(ARGV[position + 1])
    return first, position
  end
end
