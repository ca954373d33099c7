import type { ServerLimit } from '../../../domain/campaign/server-limits.ts';
import type { AuditEntry, ServerLimits } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, named, script } from '../core/scripts.ts';
import type { NumberHash, Shard } from '../core/shard.ts';

/** `;LS-PUN=10;*=20;`, as scripts look it up; empty = no logon server has a limit. */
const limitsText = (limits: readonly ServerLimit[]): string =>
  limits.length === 0
    ? ''
    : `;${limits.map(({ logonServer, active }) => `${logonServer ?? '*'}=${active}`).join(';')};`;

export async function readServerLimits({ redis, keys }: Shard): Promise<ServerLimits> {
  const [version, json] = await redis.hmget(keys.of('halt'), 'limitsVersion', 'limitsJson');
  return { version: Number(version ?? 0), limits: JSON.parse(json ?? '[]') as ServerLimit[] };
}

const commitLimitsScript = script(
  import.meta.url,
  'commit-server-limits',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes the limits of logon servers over all campaigns, by compare-and-set. Returns 0 when another
-- change came first.
-- ARGV: JSON of version, text (what scripts look up), limits (JSON); list: audit
local asked = cjson.decode(ARGV[1])
local record = key('halt')
if (redis.call('HGET', record, 'limitsVersion') or '0') ~= asked.version then return 0 end
redis.call('HSET', record, 'limitsVersion', asked.version + 1, 'limits', asked.text, 'limitsJson', asked.limits)
for _, name in ipairs(redis.call('SMEMBERS', key('campaigns'))) do
  redis.call('SADD', key('slotHolders'), name)
end
addAudit(lists(2)())
return 1`,
);

/** Writes the limits in shard 0. Returns false when another change came first. */
export async function commitServerLimits(
  { run }: Shard,
  { version, limits }: ServerLimits,
  audit: AuditEntry,
): Promise<boolean> {
  const asked = named({ version, text: limitsText(limits), limits: JSON.stringify(limits) });
  return (await run(commitLimitsScript, asked, ...list(auditFields(audit, version + 1)))) === 1;
}

const replicateLimitsScript = script(
  import.meta.url,
  'replicate-server-limits',
  lua`
-- @include ../core/lists.lua

-- Writes the limits of logon servers to a shard, but never an older version over a newer one.
-- ARGV: version, text; list: names of all campaigns
local record = key('halt')
if tonumber(redis.call('HGET', record, 'limitsVersion') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', record, 'limitsVersion', ARGV[1], 'limits', ARGV[2])
local first, last = lists(3)()
for at = first, last do redis.call('SADD', key('slotHolders'), ARGV[at]) end
return 1`,
);

/** Writes the limits to another shard than the first. */
export const replicateLimits = (
  { run }: Shard,
  { version, limits }: ServerLimits,
  campaigns: readonly string[],
): Promise<unknown> => run(replicateLimitsScript, version, limitsText(limits), ...list(campaigns));

const slotsInAllScript = script(
  import.meta.url,
  'slots-in-all',
  lua`
-- The slots in use of every logon server, over all campaigns: names and numbers in turn.
local sums = {}
for _, name in ipairs(redis.call('SMEMBERS', key('slotHolders'))) do
  local slots = redis.call('HGETALL', key('slots', name))
  for at = 1, #slots, 2 do
    if slots[at] ~= '*' then sums[slots[at]] = (sums[slots[at]] or 0) + tonumber(slots[at + 1]) end
  end
end
local found = {}
for server, slots in pairs(sums) do
  found[#found + 1] = server
  found[#found + 1] = tostring(slots)
end
return found`,
);

/** The slots in use of every logon server in this shard, over all campaigns. */
export async function slotsInAll({ run }: Shard): Promise<NumberHash> {
  const found = (await run(slotsInAllScript)) as string[];
  return Object.fromEntries(
    found.flatMap((server, at) => (at % 2 === 0 ? [[server, found[at + 1] ?? '0']] : [])),
  );
}

/** Reads what `limitsText` writes. */
export function parseLimits(text: string): ReadonlyMap<string, number> {
  const parts = text.split(';').filter((part) => part !== '');
  return new Map(
    parts.map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), Number(part.slice(at + 1))];
    }),
  );
}
