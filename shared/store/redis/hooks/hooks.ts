import type { HookRun } from '../../../domain/campaign/hooks.ts';
import type { HookRecord, HookStore } from '../../hook-store.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import { auditFields, evidenceFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const commitHookScript = script(
  import.meta.url,
  'commit-hook',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Writes a hook of a campaign. Returns 0 when another change came first.
-- ARGV: campaign, hook, version that was read (0 = none), the next one as JSON, seconds for which
--       written evidence stays after its last use; lists: audit, evidence
local found = redis.call('HGET', key('hooks', ARGV[1]), ARGV[2])
local version = found and string.match(found, '^%d+') or '0'
if version ~= ARGV[3] then return 0 end
redis.call('HSET', key('hooks', ARGV[1]), ARGV[2], string.format('%d %s', version + 1, ARGV[4]))
local nextList = lists(6)
addAudit(nextList())
local first, last = nextList()
addEvidence(first, last, ARGV[5])
return 1`,
);

/** Shard 0 holds all hooks. */
export const hookStoreOf = ({ redis, keys, run }: Shard): HookStore => ({
  hookRuns: async (campaign) => (await redis.hvals(keys.of('hooks', campaign))).map(recordOf),
  commitHookRun: async (campaign, hook, version, audit, evidence) => {
    const lists = [...list(auditFields(audit, null, evidence)), ...list(evidenceFields(evidence))];
    const json = JSON.stringify(hook);
    return (
      (await run(commitHookScript, campaign, hook.hook, version, json, writtenEvidenceSeconds, ...lists)) ===
      1
    );
  },
});

/** `3 {…}`: the version, and the hook as JSON. */
function recordOf(text: string): HookRecord {
  const blank = text.indexOf(' ');
  return { version: Number(text.slice(0, blank)), run: JSON.parse(text.slice(blank + 1)) as HookRun };
}
