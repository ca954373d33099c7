import { restartPlaces, restartRules, restartTerms } from '../../../domain/rules/restart-limits.ts';
import { type RestartFault, restartFault, restartFaults } from '../../restart-fault.ts';
import type { RestartCheck, RestartsChecked } from '../../restart-store.ts';
import type { Activation, StoredUpgrade } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, script, lua, scriptFile } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { readClient } from '../fleet/fleet.ts';
import { inspectionEntry } from '../integrity/inspection-entry.ts';
import { membersIn, readUpgrades } from '../upgrades/record.ts';
import { type RestartShards, serveRestarts, type StoredRestart, wake } from './restarts.ts';

const repairScript = scriptFile(import.meta.url, 'repair-restart.lua');

const recountScript = script(
  import.meta.url,
  'recount-restarts',
  lua`
-- @include restarts.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Counts the slots of restarts from who has them. Returns 1 when they were wrong and are right now.
-- ARGV: campaign; list: audit
local right, fields = {}, 0
for _, text in ipairs(redis.call('HVALS', key('restarts', ARGV[1]))) do
  local entry = cjson.decode(text)
  for _, place in ipairs(entry.holds and entry.places or {}) do
    if not right[place.name] then fields = fields + 1 end
    right[place.name] = (right[place.name] or 0) + 1
  end
end
local slots, wrong = redis.call('HGETALL', key('restartSlots', ARGV[1])), false
for at = 1, #slots, 2 do
  if right[slots[at]] ~= tonumber(slots[at + 1]) then wrong = true end
end
if not wrong and fields * 2 == #slots then return 0 end
redis.call('DEL', key('restartSlots', ARGV[1]))
for name, used in pairs(right) do redis.call('HSET', key('restartSlots', ARGV[1]), name, used) end
addAudit(lists(2)())
return 1`,
);

const pageSize = 250;

/** What is known of a client: its entry, read before its record. */
interface Compared {
  readonly client: string;
  readonly entry: StoredRestart | null;
  readonly stored: StoredUpgrade | null;
  readonly fault: RestartFault;
}

export async function checkRestarts(
  shards: RestartShards & { readonly all: readonly Shard[] },
  asked: RestartCheck,
): Promise<RestartsChecked> {
  const { campaign, edition, limits, at } = asked;
  const findings: RestartsChecked['findings'][number][] = [];
  const woken: Activation[] = [];
  for (const shard of shards.all)
    for await (const page of membersIn(shard, campaign))
      for (const clients of inPieces(page, pageSize))
        for (const found of await compare(
          shards.head,
          shard,
          clients.map(([client]) => client),
          asked,
        )) {
          const served = await repair(shards.head, found, asked);
          if (served === null) continue;
          findings.push({ key: { campaign, client: found.client }, found: found.fault });
          woken.push(...(await wake(shards, campaign, served, at)));
        }
  const audit = auditOf(asked, null, 'the slots of restarts in use differed from a recount');
  const isRecounted = (await shards.head.run(recountScript, campaign, ...audit)) === 1;
  if (isRecounted) woken.push(...(await serveRestarts(shards, campaign, restartTerms(edition, limits), at)));
  return { findings, isRecounted, woken };
}

async function compare(
  head: Shard,
  shard: Shard,
  clients: readonly string[],
  { campaign, at }: RestartCheck,
): Promise<readonly Compared[]> {
  const texts = await head.redis.hmget(head.keys.of('restarts', campaign), ...clients);
  const turns = await head.redis.zmscore(head.keys.of('restartLine', campaign), ...clients);
  const records = await readUpgrades(
    shard,
    clients.map((client) => ({ campaign, client })),
  );
  return clients.flatMap((client, index) => {
    const text = texts[index] ?? null;
    const entry = text === null ? null : (JSON.parse(text) as StoredRestart);
    const stored = records[index] ?? null;
    const isThere = entry !== null && (entry.holds || turns[index] !== null);
    const fault = restartFault(isThere ? entry : null, stored, at);
    return fault === null ? [] : [{ client, entry, stored, fault }];
  });
}

/** @returns the clients to wake; null = the violation holds no more */
async function repair(
  head: Shard,
  { client, entry, stored, fault }: Compared,
  asked: RestartCheck,
): Promise<readonly string[] | null> {
  const { campaign, edition, limits, at } = asked;
  const { labels = [] } = (await readClient(head, client)) ?? {};
  const rules = restartRules(edition, limits, labels);
  const server = stored?.upgrade.logonServer ?? '';
  const since = stored?.upgrade.memory.open.restart?.orderedAt ?? at;
  const fence = entry?.fence ?? '';
  const reply = await head.run(
    repairScript,
    named({ campaign, client, fault, server, since, fence, at }),
    JSON.stringify(restartPlaces(rules, server)),
    JSON.stringify(rules.terms),
    ...auditOf(asked, client, restartFaults[fault]),
  );
  return Array.isArray(reply) ? (reply as string[]) : null;
}

const auditOf = (asked: RestartCheck, client: string | null, because: string) =>
  list(asked.isRebuild === true ? [] : auditFields(inspectionEntry(asked, client, because), null));
