import type { Halt } from '../../../domain/campaign/halt.ts';
import type { AuditEntry, HaltRecord } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

export async function readHalt({ redis, keys }: Shard): Promise<HaltRecord> {
  const [version, json] = await redis.hmget(keys.of('halt'), 'version', 'json');
  return { version: Number(version ?? 0), halt: JSON.parse(json ?? 'null') as Halt | null };
}

const commitHaltScript = script(
  import.meta.url,
  'commit-halt',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua
-- Halts every campaign, or ends the halt, by compare-and-set. Returns
-- 0 when another change came first. ARGV: version, on (1 or 0), JSON; list: audit
local record = key('halt')
local version = tonumber(redis.call('HGET', record, 'version') or 0)
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', record, 'version', version + 1, 'on', ARGV[2], 'json', ARGV[3])
addAudit(lists(4)())
return 1`,
);

/** Writes the halt in shard 0. Returns false when another change came first. */
export async function commitHalt(
  { run }: Shard,
  halt: Halt | null,
  version: number,
  audit: AuditEntry,
): Promise<boolean> {
  const fields = list(auditFields(audit, version + 1));
  const done = await run(commitHaltScript, version, halt === null ? 0 : 1, JSON.stringify(halt), ...fields);
  return done === 1;
}
