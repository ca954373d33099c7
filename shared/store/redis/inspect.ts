import { isFinishing, queueOf } from '../../domain/placement.ts';
import { tallyOf } from '../../domain/tally.ts';
import { newUpgrade } from '../../domain/upgrade.ts';
import { waitingTally } from '../admitted.ts';
import { type InspectFinding, type Inspected, type UpgradeFault, upgradeFaults } from '../inspection.ts';
import type { LeaderFence } from '../leader.ts';
import type { AuditEntry } from '../store.ts';
import { auditFields } from './audit.ts';
import { readCampaign, waitingPick } from './campaigns.ts';
import { clientOf } from './fleet-text.ts';
import { activation, type ActivationReply, readUpgrades } from './record.ts';
import { flat, list } from './scripts.ts';
import { pairs, scanHash, type Shard } from './shard.ts';
import type { Shards } from './shards.ts';

export interface Inspection {
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
export async function inspect(shards: Shards, asked: Inspection): Promise<Inspected> {
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
  asked: Inspection,
): Promise<readonly InspectFinding[]> {
  if (clients.length === 0) return [];
  const found = (await shard.run('inspect', asked.campaign, ...clients)) as [string, UpgradeFault][];
  const findings: InspectFinding[] = [];
  for (const [client, fault] of found) {
    const repaired =
      fault === 'noRecord'
        ? await restore(shards, shard, client, asked)
        : await repair(shard, client, fault, asked);
    if (repaired !== null) findings.push(repaired);
  }
  return findings;
}

const entry = ({ at, campaign }: Inspection, client: string | null, because: string): AuditEntry => ({
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
  found: UpgradeFault,
  asked: Inspection,
): Promise<InspectFinding | null> {
  const { campaign, at, leader } = asked;
  const audit = list(auditFields(entry(asked, client, upgradeFaults[found]), null));
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
  asked: Inspection,
): Promise<InspectFinding | null> {
  const { campaign, at, leader } = asked;
  const record = await readCampaign(head, campaign);
  const text = await head.redis.hget(head.keys.of('fleet'), client);
  if (record === null || text === null) return null;
  const { state } = record.campaign;
  const wave = 'openWaves' in state ? Math.max(0, state.openWaves - 1) : 0;
  const upgrade = newUpgrade(client, wave, clientOf(client, text).logonServer);
  const reply = await shard.run(
    ...(['restore', leader ?? '', campaign, client, upgrade.logonServer, JSON.stringify(upgrade)] as const),
    queueOf(upgrade),
    isFinishing(upgrade) ? 1 : 0,
    at,
    ...list(auditFields(entry(asked, client, upgradeFaults.noRecord), 1)),
  );
  return reply === 1 ? { key: { campaign, client }, found: 'noRecord', next: null } : null;
}

async function recount(shard: Shard, asked: Inspection): Promise<Inspected['recounted']> {
  const { campaign, leader } = asked;
  const audit = list(auditFields(entry(asked, null, 'the slots in use differed from a recount'), null));
  const slots = await shard.run('recount-slots', leader ?? '', campaign, slotsAtMost, ...audit);
  const counters = await recountCounters(shard, asked);
  return [...(slots === 1 ? (['slots'] as const) : []), ...(counters ? (['counters'] as const) : [])];
}

/** Reads every record of a small shard; the script takes the sum only if none of them has changed meanwhile. */
async function recountCounters(shard: Shard, asked: Inspection): Promise<boolean> {
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
  const add = (tally: Readonly<Record<string, number>>): void => {
    for (const [name, by] of Object.entries(tally)) sums.set(name, (sums.get(name) ?? 0) + by);
  };
  for await (const page of scanHash(shard, shard.keys.of('members', campaign))) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const stored of await readUpgrades(shard, recorded)) {
      if (stored === null) continue;
      add(tallyOf(stored.upgrade));
      versions.push(`${campaign}.${stored.key.client}`, stored.version);
    }
    add(
      waitingTally(
        page.map(([client, member]) => waitingPick(client, member)).filter((pick) => pick !== null),
      ),
    );
  }
  return [sums, versions] as const;
}

const isSame = (present: Readonly<Record<string, string>>, sums: ReadonlyMap<string, number>): boolean =>
  Object.keys(present).length === sums.size &&
  [...sums].every(([name, sum]) => Number(present[name]) === sum);
