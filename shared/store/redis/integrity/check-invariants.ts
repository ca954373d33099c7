import { countersOf } from '../../../domain/upgrade/count-upgrade.ts';
import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { newUpgrade } from '../../../domain/upgrade/state.ts';
import { waitingCounters } from '../../admitted.ts';
import type { LeaderFence } from '../../leader-store.ts';
import { type InvariantCheck, type Violation, type ViolationKind, violations } from '../../safety-net.ts';
import { auditFields } from '../audit/audit.ts';
import { readCampaign, readCounters, waitingPick } from '../campaigns/campaigns.ts';
import { flat, list, lua, named, script, scriptFile, type ScriptValue } from '../core/scripts.ts';
import { type NumberHash, pairs, type Shard } from '../core/shard.ts';
import { readClient } from '../fleet/fleet.ts';
import { inspectionEntry } from './inspection-entry.ts';
import { wholeUpgrade } from '../upgrades/packed-upgrade.ts';
import { activation, type ActivationReply, membersIn, readUpgrades } from '../upgrades/record.ts';

/** As `SafetyNet.checkInvariants` describes it, without the cursor. */
export interface CheckRequest {
  readonly campaign: string;
  readonly limit: number;
  readonly at: number;
  readonly leader: LeaderFence | undefined;
}

/** Above these numbers one script would take too long: Redis answers no other client meanwhile. */
const slotsAtMost = 5_000;
const countersAtMost = 2_000;

/**
 * Checks one page of a campaign's clients in a shard and repairs what is wrong, each client in one
 * script.
 * @param head shard 0, which knows the campaign and the fleet
 * @param cursor of HSCAN
 * @returns the next cursor, '0' after the last page
 */
export async function checkPage(
  shard: Shard,
  head: Shard,
  asked: CheckRequest,
  cursor: string,
): Promise<{ readonly findings: readonly Violation[]; readonly next: string }> {
  const { redis, keys } = shard;
  const members = keys.of('members', asked.campaign);
  const [next, page] = await redis.hscan(members, cursor, 'COUNT', asked.limit);
  const clients = pairs(page).map(([client]) => client);
  return { findings: await checkClients(shard, head, clients, asked), next };
}

const checkScript = script(
  import.meta.url,
  'check-invariants',
  lua`
-- @include violations.lua

-- Returns the clients that violate an invariant, each with what was found. Changes nothing.
-- ARGV: campaign, clients
local found = {}
for position = 2, #ARGV do
  local violation = violationOf(ARGV[1], ARGV[position], 0, false)
  if violation then found[#found + 1] = { ARGV[position], violation } end
end
return found`,
);

async function checkClients(
  shard: Shard,
  head: Shard,
  clients: readonly string[],
  asked: CheckRequest,
): Promise<readonly Violation[]> {
  if (clients.length === 0) return [];
  const found = (await shard.run(checkScript, asked.campaign, ...clients)) as [string, ViolationKind][];
  const findings: Violation[] = [];
  for (const [client, kind] of found) {
    const repaired =
      kind === 'noRecord'
        ? await restore(shard, head, client, asked)
        : await repair(shard, client, kind, asked);
    if (repaired !== null) findings.push(repaired);
  }
  return findings;
}

const entryList = (...asked: Parameters<typeof inspectionEntry>): readonly ScriptValue[] =>
  list(auditFields(inspectionEntry(...asked), null));

const repairScript = script(
  import.meta.url,
  'repair',
  lua`
-- @include ../leader/leader.lua
-- @include violations.lua
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Repairs one client if the violation still holds. Returns 0 if it does not, else the activation of
-- an upgrade that is due, or 1.
-- Field names of a record: see ../upgrades/record.ts.
-- ARGV: leader fence ('' = not a round), campaign, client, violation, at (policy time); list: audit
if isDeposed(ARGV[1]) then return 0 end
local campaign, client, violation, at = unpack(ARGV, 2, 5)
if violationOf(campaign, client, at, false) ~= violation then return 0 end
violationOf(campaign, client, at, true)
addAudit(lists(6)())
local found = redis.call('HMGET', key('upgrade', campaign .. '.' .. client), 'i', 'a', 'q', 'd')
if found[1] ~= 'due' then return 1 end
return activationOf(client, found[2], found[3], found[4])`,
);

async function repair(
  shard: Shard,
  client: string,
  found: ViolationKind,
  asked: CheckRequest,
): Promise<Violation | null> {
  const { campaign, at, leader } = asked;
  const audit = entryList(asked, client, violations[found]);
  const reply = await shard.run(repairScript, leader ?? '', campaign, client, found, at, ...audit);
  if (reply === 0) return null;
  const next = Array.isArray(reply) ? activation(shard, campaign, reply as unknown as ActivationReply) : null;
  return { key: { campaign, client }, found, next };
}

const restoreScript = scriptFile(import.meta.url, 'restore.lua');

/**
 * The wave of the client is lost with its record. It gets an open wave, so that it does not wait.
 */
async function restore(
  shard: Shard,
  head: Shard,
  client: string,
  asked: CheckRequest,
): Promise<Violation | null> {
  const { campaign, at, leader } = asked;
  const record = await readCampaign(head, campaign);
  const inFleet = await readClient(head, client);
  if (record === null || inFleet === null) return null;
  const { state } = record.campaign;
  const wave = 'openWaves' in state ? Math.max(0, state.openWaves - 1) : 0;
  const upgrade = newUpgrade(client, wave, inFleet.logonServer);
  const fields = named({
    leader: leader ?? '',
    campaign,
    client,
    server: upgrade.logonServer,
    queue: queueOf(upgrade),
    finishing: isFinishing(upgrade) ? 1 : 0,
    at,
  });
  const audit = list(auditFields(inspectionEntry(asked, client, violations.noRecord), 1));
  const reply = await shard.run(restoreScript, fields, wholeUpgrade(upgrade), ...audit);
  return reply === 1 ? { key: { campaign, client }, found: 'noRecord', next: null } : null;
}

const recountSlotsScript = scriptFile(import.meta.url, 'recount-slots.lua');

/** Recounts the slots of a shard, and in a small shard its counters. Returns what was wrong. */
export async function recount(shard: Shard, asked: CheckRequest): Promise<InvariantCheck['recounted']> {
  const { campaign, leader } = asked;
  const audit = entryList(asked, null, 'the slots in use differed from a recount');
  const slots = await shard.run(recountSlotsScript, leader ?? '', campaign, slotsAtMost, ...audit);
  const counters = await recountCounters(shard, asked);
  return [...(slots === 1 ? (['slots'] as const) : []), ...(counters ? (['counters'] as const) : [])];
}

const recountCountersScript = scriptFile(import.meta.url, 'recount-counters.lua');

/**
 * Reads every record of a small shard; the script takes the sum only if none of them has changed.
 */
async function recountCounters(shard: Shard, asked: CheckRequest): Promise<boolean> {
  const { campaign, leader } = asked;
  const { redis, keys } = shard;
  if ((await redis.hlen(keys.of('members', campaign))) > countersAtMost) return false;
  const [newest] = await redis.xrevrange(keys.of('audit'), '+', '-', 'COUNT', 1);
  const present = await readCounters(shard, campaign);
  const [sums, versions] = await sumOfRecords(shard, campaign);
  if (isSame(present, sums)) return false;
  const lists = [
    ...list(versions),
    ...list(flat(Object.fromEntries(sums))),
    ...entryList(asked, null, 'the counters differed from a recount'),
  ];
  const counted = await shard.run(recountCountersScript, leader ?? '', campaign, newest?.[0] ?? '', ...lists);
  return counted === 1;
}

async function sumOfRecords(shard: Shard, campaign: string) {
  const sums = new Map<string, number>();
  const versions: ScriptValue[] = [];
  const add = (counters: Readonly<Record<string, number>>): void => {
    for (const [name, by] of Object.entries(counters)) sums.set(name, (sums.get(name) ?? 0) + by);
  };
  for await (const page of membersIn(shard, campaign)) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const stored of await readUpgrades(shard, recorded)) {
      if (stored === null) continue;
      add(countersOf(stored.upgrade));
      versions.push(`${campaign}.${stored.key.client}`, stored.version);
    }
    const picks = page.map(([client, member]) => waitingPick(client, member));
    add(waitingCounters(picks.filter((pick) => pick !== null)));
  }
  return [sums, versions] as const;
}

const isSame = (present: NumberHash, sums: ReadonlyMap<string, number>): boolean =>
  Object.keys(present).length === sums.size &&
  [...sums].every(([name, sum]) => Number(present[name]) === sum);
