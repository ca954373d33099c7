import type { Redis } from 'ioredis';
import { type Fault, ok, type Result } from '../../errors.ts';
import type { Store, UpgradeKey } from '../store.ts';
import { admit, slotsInUse } from './admission.ts';
import { readAudit } from './audit.ts';
import { sayingWhenAway } from './away.ts';
import {
  commitCampaign,
  readCampaign,
  readCampaigns,
  readCounters,
  readStarts,
  waitingPick,
} from './campaigns.ts';
import { connect, placeOf } from './connection.ts';
import { createCampaign } from './create-campaign.ts';
import { deliver } from './deliver.ts';
import { fleetOf } from './fleet.ts';
import { keysOf } from './keys.ts';
import { lead, readLeader, resign } from './leader.ts';
import { overlap } from './overlap.ts';
import { queued } from './queued.ts';
import { readUpgrades } from './record.ts';
import { loadScripts } from './scripts.ts';
import { sealingOf } from './sealing.ts';
import { inPieces, scanHash, type Shard } from './shard.ts';
import { begin, commit, renew, sweep } from './upgrades.ts';

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`; may hold a password, which no message repeats. */
  readonly url: string;
  /** Names everything that belongs to this servpack. */
  readonly prefix: string;
  /** Shards by logon server; one for now. */
  readonly shards?: 1;
  /** How long a call waits for an answer, in real milliseconds; 5 s when not given. */
  readonly answerMs?: number;
}

/**
 * Opens the records in Redis. Faults: `redis.url`, `redis.unreachable`, `redis.auth`, `redis.version`,
 * `redis.eviction`. While Redis is away every call waits for it, at most `answerMs`, and then rejects with
 * `StoreAway`; the connection comes back by itself.
 */
export async function openRedisStore({
  url,
  prefix,
  answerMs = 5_000,
}: RedisStoreOptions): Promise<Result<Store, Fault>> {
  const connected = await connect({ url, answerMs });
  if (!connected.ok) return connected;
  const redis = connected.value;
  const keys = keysOf(prefix, 0);
  const store = storeOf({ redis, keys, run: loadScripts(redis, keys) });
  return ok(sayingWhenAway(store, placeOf(url) ?? ''));
}

const storeOf = (shard: Shard): Store => ({
  ...fleetOf(shard),
  createCampaign: (campaign, clients, audit) => createCampaign(shard, campaign, clients, audit),
  readCampaign: (campaign) => readCampaign(shard, campaign),
  campaigns: (statuses) => readCampaigns(shard, statuses),
  commitCampaign: (next, version, audit, conditions) =>
    commitCampaign(shard, next, version, audit, conditions),
  starts: () => readStarts(shard),
  counters: (campaign) => readCounters(shard, campaign),
  overlap: (campaign, limit) => overlap(shard, campaign, limit),
  slotsInUse: (campaign) => slotsInUse(shard, campaign),
  queued: (campaign, limit) => queued(shard, campaign, limit),
  admit: (campaign, picks, at, leader) => admit(shard, campaign, picks, at, leader),
  readUpgrade: async (key) => (await readUpgrades(shard, [key]))[0] ?? null,
  readWaiting: (key) => readWaiting(shard, key),
  waiting: (campaign) => waiting(shard, campaign),
  upgrades: (campaign) => upgrades(shard, campaign),
  claimOf: (client) => shard.redis.hget(shard.keys.of('claims'), client),
  begin: (key, activation, owner, leaseMs, at) => begin(shard, { key, activation, owner, leaseMs, at }),
  commit: (asked) => commit(shard, asked),
  renew: (key, fence, leaseMs) => renew(shard, key, fence, leaseMs),
  deliver: (client, message, at) => deliver(shard, client, message, at),
  sweep: (at, graceMs, limit, skip = 0, leader) => sweep(shard, at, graceMs, limit, skip, leader),
  lead: (owner, leaseMs) => lead(shard, owner, leaseMs),
  resign: (owner, fence) => resign(shard, owner, fence),
  leader: () => readLeader(shard),
  readEvidence: (sha256) => shard.redis.get(shard.keys.of('evidence', sha256)),
  audit: (limit, filter = {}) => readAudit(shard, limit, filter),
  ...sealingOf(1, () => shard),
  close: () => close(shard.redis),
});

async function readWaiting({ redis, keys }: Shard, { campaign, client }: UpgradeKey) {
  return waitingPick(client, (await redis.hget(keys.of('members', campaign), client)) ?? '');
}

async function* waiting(shard: Shard, campaign: string) {
  for await (const page of scanHash(shard, shard.keys.of('members', campaign))) {
    yield* page.map(([client, member]) => waitingPick(client, member)).filter((pick) => pick !== null);
  }
}

/** So many records are read in one transaction. */
const pieceSize = 200;

async function* upgrades(shard: Shard, campaign: string) {
  for await (const page of scanHash(shard, shard.keys.of('members', campaign))) {
    const recorded = page.filter(([, member]) => member === '').map(([client]) => ({ campaign, client }));
    for (const piece of inPieces(recorded, pieceSize)) {
      yield* (await readUpgrades(shard, piece)).filter((stored) => stored !== null);
    }
  }
}

/** Lets running calls end; a connection that is away is dropped. */
async function close(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit();
  else redis.disconnect();
}
