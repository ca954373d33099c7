import type { AccessStore, StoredSession, StoredToken } from '../../access-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const addTokenScript = script(
  import.meta.url,
  'add-token',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Adds a token of the API, unless its name is taken.
-- ARGV: name in lower case, JSON; list: audit
if redis.call('HSETNX', key('apiTokens'), ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('INCR', key('accessVersion'))
addAudit(lists(3)())
return 1`,
);

const removeTokenScript = script(
  import.meta.url,
  'remove-token',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Removes a token of the API, and when it was used. A later one of its name stays.
-- ARGV: name in lower case, id; list: audit
local found = redis.call('HGET', key('apiTokens'), ARGV[1])
if not found or cjson.decode(found).id ~= ARGV[2] then return 0 end
redis.call('HDEL', key('apiTokens'), ARGV[1])
redis.call('HDEL', key('accessUses'), ARGV[2])
redis.call('INCR', key('accessVersion'))
addAudit(lists(3)())
return 1`,
);

const addSessionScript = script(
  import.meta.url,
  'add-session',
  lua`
-- Keeps a session, and forgets those that are over.
-- ARGV: id, JSON, start (real time)
local all = redis.call('HGETALL', key('sessions'))
for at = 1, #all, 2 do
  if cjson.decode(all[at + 1]).endsAt <= tonumber(ARGV[3]) then
    redis.call('HDEL', key('sessions'), all[at])
    redis.call('HDEL', key('accessUses'), all[at])
  end
end
redis.call('HSET', key('sessions'), ARGV[1], ARGV[2])
redis.call('INCR', key('accessVersion'))
return 1`,
);

const replaceSessionScript = script(
  import.meta.url,
  'replace-session',
  lua`
-- Writes a session that has not ended meanwhile.
-- ARGV: id, JSON
if redis.call('HEXISTS', key('sessions'), ARGV[1]) == 0 then return 0 end
redis.call('HSET', key('sessions'), ARGV[1], ARGV[2])
redis.call('INCR', key('accessVersion'))
return 1`,
);

const removeSessionScript = script(
  import.meta.url,
  'remove-session',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Ends a session.
-- ARGV: id; list: audit (empty = none)
if redis.call('HDEL', key('sessions'), ARGV[1]) == 0 then return 0 end
redis.call('HDEL', key('accessUses'), ARGV[1])
redis.call('INCR', key('accessVersion'))
local first, last = lists(2)()
if last >= first then addAudit(first, last) end
return 1`,
);

/** Tokens and sessions lie in shard 0. There are few of them, so each hash is read as a whole. */
export const accessStoreOf = ({ redis, keys, run }: Shard): AccessStore => ({
  accessVersion: async () => Number((await redis.get(keys.of('accessVersion'))) ?? 0),
  readAccess: async () => {
    // Read first: a change in between is read again, and never missed.
    const version = Number((await redis.get(keys.of('accessVersion'))) ?? 0);
    const [tokens, sessions, uses] = await Promise.all([
      redis.hvals(keys.of('apiTokens')),
      redis.hvals(keys.of('sessions')),
      redis.hgetall(keys.of('accessUses')),
    ]);
    return {
      version,
      tokens: tokens.map((text) => JSON.parse(text) as StoredToken),
      sessions: sessions.map((text) => JSON.parse(text) as StoredSession),
      uses: new Map(Object.entries(uses).map(([id, at]) => [id, Number(at)])),
    };
  },
  addToken: async (token, audit) => {
    const fields = list(auditFields(audit, null));
    return (await run(addTokenScript, token.name.toLowerCase(), JSON.stringify(token), ...fields)) === 1;
  },
  removeToken: async ({ name, id }, audit) =>
    (await run(removeTokenScript, name.toLowerCase(), id, ...list(auditFields(audit, null)))) === 1,
  addSession: async (session) => {
    await run(addSessionScript, session.id, JSON.stringify(session), session.startedAt);
  },
  replaceSession: async (session) =>
    (await run(replaceSessionScript, session.id, JSON.stringify(session))) === 1,
  removeSession: async (id, audit) =>
    (await run(removeSessionScript, id, ...list(audit === null ? [] : auditFields(audit, null)))) === 1,
  noteUse: async (id, at) => {
    await redis.hset(keys.of('accessUses'), id, at);
  },
  keepLink: async (sha256, text, forMs) => {
    await redis.set(keys.of('signInLink', sha256), text, 'PX', forMs);
  },
  takeLink: (sha256) => redis.getdel(keys.of('signInLink', sha256)),
});
