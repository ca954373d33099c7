import { requestKey, type CommandRequest } from '../../../domain/campaign/command-request.ts';
import type { RequestRecord, RequestStore } from '../../request-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const commitRequestScript = script(
  import.meta.url,
  'commit-request',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes or forgets a request. Returns 0 when another change came first.
-- ARGV: its key, version that was read (0 = none), the next one as JSON ('' = forgotten);
-- list: audit, empty = none
local found = redis.call('HGET', key('requests'), ARGV[1])
local version = found and string.match(found, '^%d+') or '0'
if version ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', key('requests'), ARGV[1])
else
  redis.call('HSET', key('requests'), ARGV[1], string.format('%d %s', version + 1, ARGV[3]))
end
addAudit(lists(4)())
return 1`,
);

const takeNumberScript = script(
  import.meta.url,
  'take-request-number',
  lua`
-- Takes the next number of a request, and returns it.
-- ARGV: a number that it is to be above
local last = tonumber(redis.call('GET', key('requestNumber')) or '0')
local taken = math.max(last, tonumber(ARGV[1])) + 1
redis.call('SET', key('requestNumber'), string.format('%d', taken))
return taken`,
);

/** Shard 0 holds all requests. */
export const requestStoreOf = ({ redis, keys, run }: Shard): RequestStore => ({
  requests: async () =>
    (await redis.hvals(keys.of('requests')))
      .map(recordOf)
      .sort((a, b) => (requestKey(a.request) < requestKey(b.request) ? -1 : 1)),
  readRequest: async (key) => {
    const found = await redis.hget(keys.of('requests'), key);
    return found === null ? null : recordOf(found);
  },
  commitRequest: async (key, next, version, audit) => {
    const json = next === null ? '' : JSON.stringify(next);
    const fields = audit === null ? [] : auditFields(audit, null);
    return (await run(commitRequestScript, key, version, json, ...list(fields))) === 1;
  },
  takeRequestNumber: async (above) => (await run(takeNumberScript, above)) as number,
});

/** `3 {…}`: the version, and the request as JSON. */
function recordOf(text: string): RequestRecord {
  const blank = text.indexOf(' ');
  return {
    version: Number(text.slice(0, blank)),
    request: JSON.parse(text.slice(blank + 1)) as CommandRequest,
  };
}
