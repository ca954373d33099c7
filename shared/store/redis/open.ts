import { type Fault, ok, type Result } from '../../errors.ts';
import type { Store } from '../store.ts';
import { admit, slotsInUse } from './admission/admit.ts';
import { readAudit } from './audit/audit.ts';
import { sayingWhenUnavailable } from './core/store-unavailable.ts';
import { readCampaign, readCampaigns, readCounters, readStarts, waitingPick } from './campaigns/campaigns.ts';
import { checkingInOf } from './fleet/check-ins.ts';
import { commitCampaign } from './campaigns/commit-campaign.ts';
import { commitIdle } from './upgrades/commit-idle.ts';
import { copiesOf } from './fleet/copies.ts';
import { connect } from './core/connection.ts';
import { createCampaign } from './campaigns/create-campaign.ts';
import { deliver } from './upgrades/deliver.ts';
import { fleetOf } from './fleet/fleet.ts';
import { commitHalt, readHalt } from './campaigns/halt.ts';
import { checkInvariants } from './integrity/check-invariants.ts';
import { lead, readLeader, resign } from './leader/leader.ts';
import { membersIn, overlap } from './campaigns/overlap.ts';
import { queued } from './admission/queued.ts';
import { rebuildingOf } from './audit/rebuilding.ts';
import { readUpgrades } from './upgrades/record.ts';
import { repairReplicas } from './sharding/replicas.ts';
import { workerRegistryOf } from './fleet/worker-registry.ts';
import { sealingOf } from './audit/sealing.ts';
import { shareBudget } from './sharding/share-budget.ts';
import { inPieces, type Shard } from './core/shard.ts';
import { checkCount, fromEach, type Shards, shardsOf } from './sharding/shards.ts';
import { surveyingOf } from './surveys/surveys.ts';
import { sweep } from './upgrades/sweep.ts';
import { begin, commit, renew } from './upgrades/upgrades.ts';
import type { UpgradeKey } from '../types.ts';

export interface RedisStoreOptions {
  /** As `parseRedisUrl` reads it; may hold a password, which no message repeats. */
  readonly url: string;
  /** Names everything that belongs to this servpack. */
  readonly prefix: string;
  /** Fixed when the store is first opened; 1 when not given. */
  readonly shards?: number;
  /** How long a call waits for an answer, in real milliseconds; 5 s when not given. */
  readonly answerMs?: number;
}

/**
 * Opens the records in Redis. Faults: `redis.url`, `redis.unreachable`, `redis.auth`, `redis.version`,
 * `redis.eviction`, `redis.shards`. While Redis is away every call waits for it, at most `answerMs`, and then rejects
 * with `StoreUnavailable`; the connection comes back by itself.
 */
export async function openRedisStore({
  url,
  prefix,
  shards: count = 1,
  answerMs = 5_000,
}: RedisStoreOptions): Promise<Result<Store, Fault>> {
  const connected = await connect({ url, answerMs });
  if (!connected.ok) return connected;
  const { redis, where, close } = connected.value;
  const shards = shardsOf(redis, prefix, count);
  const checked = await checkCount(shards, prefix);
  if (checked.ok) return ok(sayingWhenUnavailable(storeOf(shards, close), where));
  await close();
  return checked;
}

const storeOf = (shards: Shards, close: () => Promise<void>): Store => ({
  ...fleetOf(shards),
  ...campaignsOf(shards),
  ...copiesOf(shards),
  ...upgradesOf(shards),
  sweep: (at, graceMs, limit, skip = 0, leader) => sweep(shards, { at, graceMs, limit, skip, leader }),
  checkInvariants: (campaign, cursor, limit, at, leader) =>
    checkInvariants(shards, { campaign, cursor, limit, at, leader }),
  lead: (owner, leaseMs) => lead(shards.head, owner, leaseMs),
  resign: (owner, fence) => resign(shards.head, owner, fence),
  leader: () => readLeader(shards.head),
  readEvidence: (sha256) => readEvidence(shards, sha256),
  audit: (limit, filter = {}) => readAudit(shards, limit, filter),
  ...sealingOf(shards.all.length, (number) => shards.all[number] ?? shards.head),
  ...rebuildingOf(shards),
  ...checkingInOf(shards.head),
  ...workerRegistryOf(shards.head),
  ...surveyingOf(shards),
  close,
});

type CampaignPart = Pick<
  Store,
  | 'createCampaign'
  | 'readCampaign'
  | 'campaigns'
  | 'commitCampaign'
  | 'readHalt'
  | 'commitHalt'
  | 'starts'
  | 'counters'
  | 'repairReplicas'
  | 'shareBudget'
  | 'overlap'
  | 'slotsInUse'
  | 'queued'
  | 'admit'
>;

const campaignsOf = (shards: Shards): CampaignPart => ({
  createCampaign: (campaign, clients, audit, version) =>
    createCampaign(shards, campaign, clients, audit, version),
  readCampaign: (campaign) => readCampaign(shards.head, campaign),
  campaigns: (statuses) => readCampaigns(shards.head, statuses),
  commitCampaign: (next, version, audit, conditions) =>
    commitCampaign(shards, next, version, audit, conditions),
  readHalt: () => readHalt(shards.head),
  commitHalt: (halt, version, audit) => commitHalt(shards, halt, version, audit),
  starts: () => readStarts(shards.head),
  counters: (campaign) => readCounters(shards, campaign),
  repairReplicas: () => repairReplicas(shards),
  shareBudget: (record, isOpen) => shareBudget(shards, record, isOpen),
  overlap: (campaign, limit) => overlap(shards, campaign, limit),
  slotsInUse: (campaign) => slotsInUse(shards, campaign),
  queued: (campaign, limit, isOpen) => queued(shards, campaign, limit, isOpen),
  admit: (campaign, picks, at, leader) => admit(shards, campaign, picks, at, leader),
});

type UpgradePart = Pick<
  Store,
  | 'readUpgrade'
  | 'readWaiting'
  | 'waiting'
  | 'upgrades'
  | 'claimOf'
  | 'begin'
  | 'commit'
  | 'commitIdle'
  | 'renew'
  | 'deliver'
>;

function upgradesOf(shards: Shards): UpgradePart {
  const homeOf = shards.homes.of;
  return {
    readUpgrade: async (key) => (await readUpgrades(await homeOf(key.client), [key]))[0] ?? null,
    readWaiting: async (key) => readWaiting(await homeOf(key.client), key),
    waiting: (campaign) => waiting(shards, campaign),
    upgrades: (campaign) => upgrades(shards, campaign),
    claimOf: async (client) => {
      const { redis, keys } = await homeOf(client);
      return redis.hget(keys.of('claims'), client);
    },
    begin: async (key, activation, owner, leaseMs, at) =>
      begin(await homeOf(key.client), { key, activation, owner, leaseMs, at }),
    commit: async (asked) => commit(await homeOf(asked.key.client), asked),
    commitIdle: async (change) => commitIdle(await homeOf(change.key.client), change),
    renew: async (key, fence, leaseMs) => renew(await homeOf(key.client), key, fence, leaseMs),
    deliver: (client, message, at, campaign) => deliver(shards, client, message, at, campaign),
  };
}

async function readWaiting({ redis, keys }: Shard, { campaign, client }: UpgradeKey) {
  return waitingPick(client, (await redis.hget(keys.of('members', campaign), client)) ?? '');
}

async function* waiting(shards: Shards, campaign: string) {
  for await (const { page } of membersIn(shards, campaign)) {
    yield* page.map(([client, member]) => waitingPick(client, member)).filter((pick) => pick !== null);
  }
}

/** So many records are read in one transaction. */
const pieceSize = 200;

async function* upgrades(shards: Shards, campaign: string) {
  for await (const { shard, page } of membersIn(shards, campaign)) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const piece of inPieces(recorded, pieceSize)) {
      yield* (await readUpgrades(shard, piece)).filter((stored) => stored !== null);
    }
  }
}

/** It lies in the shards of the clients that brought it. */
async function readEvidence(shards: Shards, sha256: string): Promise<string | null> {
  const found = await fromEach(shards, ({ redis, keys }) => redis.get(keys.of('evidence', sha256)));
  return found.find((text) => text !== null) ?? null;
}
