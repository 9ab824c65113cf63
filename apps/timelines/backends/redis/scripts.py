"""What Redis does in one go. Each script works on whole timelines, so nothing is ever seen half done.

Lua counts from 1: in a marker byte 2 is the state, 3–10 the epoch, 11–26 the token, 27–42 the coverage, 43–50 when it
was begun. Numbers are big-endian, so comparing their bytes compares them; Lua's own ``<`` would compare texts of the
server's locale.
"""

_MARKER = """
local function marker_of(key)
  local last = redis.call('ZRANGE', key, -1, -1)[1]
  if last and string.byte(last) == 255 then return last end
end

local function less(one, other)
  for at = 1, #one do
    local a, b = string.byte(one, at), string.byte(other, at)
    if a ~= b then return a < b end
  end
  return false
end
"""

READ = (
    _MARKER
    + """
-- KEYS: a timeline, its owner's slot. ARGV: epoch, before, after, newest first?, limit, seconds that an unread timeline
-- is kept, of how many entries the marks come along, a fresh lease, seconds that a slot is kept, owner, further people.
-- Returns the coverage, the lease, the slot's fields that were looked for, their values, and the entries.
local marker = marker_of(KEYS[1])
if not marker or string.sub(marker, 2, 2) ~= 'c' or string.sub(marker, 3, 10) ~= ARGV[1] then return false end
local coverage = string.sub(marker, 27, 42)
if ARGV[4] == '0' and less(ARGV[3], coverage) then return false end
redis.call('EXPIRE', KEYS[1], ARGV[6])
local most = string.byte(ARGV[2]) == 255 and '(\\255' or '(' .. ARGV[2]
local least = less(ARGV[3], coverage) and '[' .. coverage or '(' .. ARGV[3] .. string.rep('\\255', 49)
local found
if ARGV[4] == '1' then
  found = redis.call('ZREVRANGEBYLEX', KEYS[1], most, least, 'LIMIT', 0, ARGV[5])
else
  found = redis.call('ZRANGEBYLEX', KEYS[1], least, most, 'LIMIT', 0, ARGV[5])
end

local fields, met = {}, {[ARGV[10]] = true}
local function meet(person)
  if not met[person] then
    met[person] = true
    fields[#fields + 1] = 'r' .. person
  end
end
for at = 11, #ARGV do meet(ARGV[at]) end
for at, entry in ipairs(found) do
  local size, post = #entry, string.sub(entry, 1, 16)
  meet(string.sub(entry, 17, 32))
  if size == 48 then meet(string.sub(entry, 33, 48)) end
  if size == 64 then
    post = string.sub(entry, 33, 48)
    meet(string.sub(entry, 49, 64))
  end
  if at <= tonumber(ARGV[7]) then fields[#fields + 1] = 'm' .. post end
end
fields[#fields + 1] = 'w'
local lease = redis.call('HGET', KEYS[2], '')
if not lease then
  lease = ARGV[8]
  redis.call('HSET', KEYS[2], '', lease)
  redis.call('EXPIRE', KEYS[2], ARGV[9])
end
return {coverage, lease, fields, redis.call('HMGET', KEYS[2], unpack(fields)), found}
"""
)

LEASE = """
-- Returns the lease on each key: a fresh one (ARGV[1], kept ARGV[2] seconds), or the one that stands; '' for a value.
local leases = {}
for at, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  if not held then redis.call('SET', key, '\0' .. ARGV[1], 'EX', ARGV[2]) end
  held = held or '\0' .. ARGV[1]
  leases[at] = string.byte(held) == 0 and string.sub(held, 2) or ''
end
return leases
"""

FILL = """
-- ARGV: seconds to keep the values, a lease and a value for each key
for at, key in ipairs(KEYS) do
  if redis.call('GET', key) == '\0' .. ARGV[2 * at] then redis.call('SET', key, ARGV[2 * at + 1], 'EX', ARGV[1]) end
end
"""

FILL_SLOT = """
-- ARGV: lease, most fields, fields and values in turn
if redis.call('HGET', KEYS[1], '') ~= ARGV[1] then return end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
"""

BEGIN = (
    _MARKER
    + """
-- ARGV: the new marker, begun before this a build may be taken over, seconds to keep it if it is not completed
local held, new = marker_of(KEYS[1]), ARGV[1]
if held then
  local epoch, wanted = string.sub(held, 3, 10), string.sub(new, 3, 10)
  local alive = string.sub(held, 2, 2) == 'c' or less(ARGV[2], string.sub(held, 43, 50))
  if less(wanted, epoch) or (epoch == wanted and alive) then return 0 end
end
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[1], 0, new)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
)

COMPLETE = (
    _MARKER
    + """
-- ARGV: token, coverage, seconds to keep it, entries
local marker = marker_of(KEYS[1])
if not marker or string.sub(marker, 2, 2) ~= 'b' or string.sub(marker, 11, 26) ~= ARGV[1] then return 0 end
redis.call('ZADD', KEYS[1], 0, '\\255c' .. string.sub(marker, 3, 26) .. ARGV[2] .. string.sub(marker, 43, 50))
redis.call('ZREM', KEYS[1], marker) -- After the other: a set that is empty in between forgets when it expires.
for at = 4, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[at]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
)

MARKERS = (
    _MARKER
    + """
local found = {}
for at, key in ipairs(KEYS) do found[at] = marker_of(key) or '' end
return found
"""
)

TOKENS = (
    _MARKER
    + """
-- ARGV: epoch, an entry's id. Returns one text: for each key the token under which the entry may be added, or zeros.
local tokens, none = {}, string.rep('\\0', 16)
for at, key in ipairs(KEYS) do
  local marker = marker_of(key)
  local covers = marker and string.sub(marker, 3, 10) == ARGV[1] and not less(ARGV[2], string.sub(marker, 27, 42))
  tokens[at] = covers and string.sub(marker, 11, 26) or none
end
return table.concat(tokens)
"""
)

ADD = (
    _MARKER
    + """
-- ARGV: entry, cap, how many more before it is trimmed, the tokens of all keys in one text: fewer arguments cost less
local entry, cap, most, tokens = ARGV[1], tonumber(ARGV[2]), ARGV[2] + ARGV[3] + 1, ARGV[4]
local id, call, sub = string.sub(entry, 1, 16), redis.call, string.sub
for at, key in ipairs(KEYS) do
  local marker, token = marker_of(key), sub(tokens, 16 * at - 15, 16 * at)
  if marker and sub(marker, 11, 26) == token and not less(id, sub(marker, 27, 42)) then
    call('ZADD', key, 0, entry)
    if call('ZCARD', key) > most and sub(marker, 2, 2) == 'c' then
      local coverage = sub(call('ZREVRANGE', key, cap, cap)[1], 1, 16)
      call('ZREMRANGEBYLEX', key, '-', '(' .. coverage)
      call('ZREM', key, marker)
      call('ZADD', key, 0, sub(marker, 1, 26) .. coverage .. sub(marker, 43, 50))
    end
  end
end
"""
)
