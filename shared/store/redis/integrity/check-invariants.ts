import { isFinishing, queueOf } from '../../../domain/upgrade/placement.ts';
import { countersOf } from '../../../domain/upgrade/count-upgrade.ts';
import { newUpgrade } from '../../../domain/upgrade/state.ts';
import { wholeUpgrade } from '../upgrades/packed-upgrade.ts';
import { waitingCounters } from '../../admitted.ts';
import { type Violation, type InvariantCheck, type ViolationKind, violations } from '../../safety-net.ts';
import { auditFields } from '../audit/audit.ts';
import { readCampaign, waitingPick } from '../campaigns/campaigns.ts';
import { clientOf } from '../fleet/fleet-text.ts';
import { activation, type ActivationReply, readUpgrades } from '../upgrades/record.ts';
import { flat, list } from '../core/scripts.ts';
import { pairs, scanHash, type Shard } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import type { LeaderFence } from '../../leader-store.ts';
import type { AuditEntry } from '../../types.ts';

export interface CheckRequest {
  readonly campaign: string;
  /** `shard:cursor`; empty = from the beginning. */
  readonly cursor: string;
  readonly limit: number;
  readonly at: number;
  readonly leader: LeaderFence | undefined;
}

/** More than these are not counted in one go: Redis answers nobody else meanwhile. */
const slotsAtMost = 5_000;
const countersAtMost = 2_000;

/**
 * Looks at one page of a campaign's clients and puts right what is wrong, each client in one script. After the last page of
 * a shard its slots, and in a small shard its counters, are counted anew.
 */
export async function checkInvariants(shards: Shards, asked: CheckRequest): Promise<InvariantCheck> {
  const [number = 0, cursor = '0'] = asked.cursor === '' ? [] : asked.cursor.split(':');
  const shard = shards.all[Number(number)];
  if (shard === undefined) return { findings: [], recounted: [], cursor: null };
  const { redis, keys } = shard;
  const members = keys.of('members', asked.campaign);
  const [next, page] = await redis.hscan(members, String(cursor), 'COUNT', asked.limit);
  const findings = await inspectPage(
    shards,
    shard,
    pairs(page).map(([client]) => client),
    asked,
  );
  if (next !== '0') return { findings, recounted: [], cursor: `${shard.number}:${next}` };
  const isLast = shard.number === shards.all.length - 1;
  const recounted = await recount(shard, asked);
  return { findings, recounted, cursor: isLast ? null : `${shard.number + 1}:0` };
}

async function inspectPage(
  shards: Shards,
  shard: Shard,
  clients: readonly string[],
  asked: CheckRequest,
): Promise<readonly Violation[]> {
  if (clients.length === 0) return [];
  const found = (await shard.run('check-invariants', asked.campaign, ...clients)) as [
    string,
    ViolationKind,
  ][];
  const findings: Violation[] = [];
  for (const [client, fault] of found) {
    const repaired =
      fault === 'noRecord'
        ? await restore(shards, shard, client, asked)
        : await repair(shard, client, fault, asked);
    if (repaired !== null) findings.push(repaired);
  }
  return findings;
}

const entry = ({ at, campaign }: CheckRequest, client: string | null, because: string): AuditEntry => ({
  at,
  campaign,
  client,
  who: 'inspection',
  from: 'wrong',
  to: 'repaired',
  because,
  evidence: null,
});

async function repair(
  shard: Shard,
  client: string,
  found: ViolationKind,
  asked: CheckRequest,
): Promise<Violation | null> {
  const { campaign, at, leader } = asked;
  const audit = list(auditFields(entry(asked, client, violations[found]), null));
  const reply = await shard.run('repair', leader ?? '', campaign, client, found, at, ...audit);
  if (reply === 0) return null;
  const next = Array.isArray(reply) ? activation(shard, campaign, reply as unknown as ActivationReply) : null;
  return { key: { campaign, client }, found, next };
}

/** Its wave is not known any more: an open one, so that it is not waited for in vain. */
async function restore(
  { head }: Shards,
  shard: Shard,
  client: string,
  asked: CheckRequest,
): Promise<Violation | null> {
  const { campaign, at, leader } = asked;
  const record = await readCampaign(head, campaign);
  const text = await head.redis.hget(head.keys.of('fleet'), client);
  if (record === null || text === null) return null;
  const { state } = record.campaign;
  const wave = 'openWaves' in state ? Math.max(0, state.openWaves - 1) : 0;
  const upgrade = newUpgrade(client, wave, clientOf(client, text).logonServer);
  const reply = await shard.run(
    ...(['restore', leader ?? '', campaign, client, upgrade.logonServer, wholeUpgrade(upgrade)] as const),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    at,
    ...list(auditFields(entry(asked, client, violations.noRecord), 1)),
  );
  return reply === 1 ? { key: { campaign, client }, found: 'noRecord', next: null } : null;
}

async function recount(shard: Shard, asked: CheckRequest): Promise<InvariantCheck['recounted']> {
  const { campaign, leader } = asked;
  const audit = list(auditFields(entry(asked, null, 'the slots in use differed from a recount'), null));
  const slots = await shard.run('recount-slots', leader ?? '', campaign, slotsAtMost, ...audit);
  const counters = await recountCounters(shard, asked);
  return [...(slots === 1 ? (['slots'] as const) : []), ...(counters ? (['counters'] as const) : [])];
}

/** Reads every record of a small shard; the script takes the sum only if none of them has changed meanwhile. */
async function recountCounters(shard: Shard, asked: CheckRequest): Promise<boolean> {
  const { campaign, leader } = asked;
  const { redis, keys } = shard;
  if ((await redis.hlen(keys.of('members', campaign))) > countersAtMost) return false;
  const present = await redis.hgetall(keys.of('counters', campaign));
  const [sums, versions] = await sumOfRecords(shard, campaign);
  if (isSame(present, sums)) return false;
  const audit = list(auditFields(entry(asked, null, 'the counters differed from a recount'), null));
  const counters = list(flat(Object.fromEntries(sums)));
  return (
    (await shard.run(
      'recount-counters',
      leader ?? '',
      campaign,
      ...list(versions),
      ...counters,
      ...audit,
    )) === 1
  );
}

async function sumOfRecords(shard: Shard, campaign: string) {
  const sums = new Map<string, number>();
  const versions: (string | number)[] = [];
  const add = (counters: Readonly<Record<string, number>>): void => {
    for (const [name, by] of Object.entries(counters)) sums.set(name, (sums.get(name) ?? 0) + by);
  };
  for await (const page of scanHash(shard, shard.keys.of('members', campaign))) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const stored of await readUpgrades(shard, recorded)) {
      if (stored === null) continue;
      add(countersOf(stored.upgrade));
      versions.push(`${campaign}.${stored.key.client}`, stored.version);
    }
    add(
      waitingCounters(
        page.map(([client, member]) => waitingPick(client, member)).filter((pick) => pick !== null),
      ),
    );
  }
  return [sums, versions] as const;
}

const isSame = (present: Readonly<Record<string, string>>, sums: ReadonlyMap<string, number>): boolean =>
  Object.keys(present).length === sums.size &&
  [...sums].every(([name, sum]) => Number(present[name]) === sum);
