import type { AuditQuestion, AuditStore } from '../../audit-store.ts';
import type { RebuildStore } from '../../rebuild-store.ts';
import type { KeptEntry, SealStore } from '../../seal-store.ts';
import type { AuditEntry } from '../../types.ts';
import { entriesAfter, entriesBefore, entriesToSeal, newestEntries } from '../audit/audit.ts';
import type { RecentOf } from '../audit/recent-entries.ts';
import { dropJobs, isEmptyShard, putBackSeal, putBackUpgrades } from '../audit/rebuilding.ts';
import { markWritten, moveSeal, readSeal, redisRun, trimAudit, unwrittenEvidence } from '../audit/sealing.ts';
import { writeFormerLife } from '../campaigns/remove-campaign.ts';
import type { Shard } from '../core/shard.ts';
import { putBackRemediations, readBegunRemediations } from '../upgrades/begun-remediations.ts';
import { readUpgrades } from '../upgrades/record.ts';
import { byHome, firstOf, fromEach, type Shards } from './shards.ts';

/** Each shard has a stream and a chain of its own. Evidence lies in the shards that brought it. */
export function auditStoreOf(shards: Shards): AuditStore {
  const shardAt = numbered(shards);
  return {
    readEvidence: (sha256) => firstOf(shards, ({ redis, keys }) => redis.get(keys.of('evidence', sha256))),
    audit: (limit, question = {}) => newest(shards, limit, question),
    shards: async () => shards.all.length,
    readSeal: (shard) => readSeal(shardAt(shard)),
    auditAfter: (shard, after, limit) => entriesAfter(shardAt(shard), after, limit),
    auditBefore: (shard, before, limit) => entriesBefore(shardAt(shard), before, limit),
  };
}

export function sealStoreOf(shards: Shards, recentOf: RecentOf): SealStore {
  const shardAt = numbered(shards);
  return {
    entriesToSeal: (number, after, limit) => {
      const shard = shardAt(number);
      return entriesToSeal(shard, recentOf(shard), after, limit);
    },
    moveSeal: (shard, before, next) => moveSeal(shardAt(shard), before, next),
    readUpgrades: (shard, keys) => readUpgrades(shardAt(shard), keys),
    begunRemediations: (campaign, since) => readBegunRemediations(shards.head, campaign, since),
    unwrittenEvidence: (shard, sha256s) => unwrittenEvidence(shardAt(shard), sha256s),
    markWritten: (shard, block, sha256s) => markWritten(shardAt(shard), block, sha256s),
    trimAudit: (shard, keep) => trimAudit(shardAt(shard), keep),
    redisRun: (shard) => redisRun(shardAt(shard)),
  };
}

export const rebuildStoreOf = (shards: Shards): RebuildStore => ({
  isEmpty: async () => (await fromEach(shards, isEmptyShard)).every(Boolean),
  dropJobs: async () => void (await fromEach(shards, dropJobs)),
  putBackSeal: (shard, head) => putBackSeal(numbered(shards)(shard), head),
  putBackFormer: async (client, campaigns) => {
    const { redis, keys } = await shards.directory.shardOf(client);
    if (campaigns.length > 0) await redis.hset(keys.of('former'), client, campaigns.join(' '));
  },
  putBackLife: (campaign, life) => writeFormerLife(shards.head, campaign, life),
  putBackRemediations: (campaign, begun) => putBackRemediations(shards.head, campaign, begun),
  putBackUpgrades: async (campaign, upgrades, at) => {
    for (const [shard, own] of await byHome(shards, upgrades, ({ key }) => key.client))
      await putBackUpgrades(shard, campaign, own, at);
  },
});

const numbered =
  ({ all, head }: Shards) =>
  (number: number): Shard =>
    all[number] ?? head;

/** Merges the entries of the shards by the millisecond in which Redis took them, newest first. */
async function newest(
  shards: Shards,
  limit: number,
  { above, ...filter }: AuditQuestion,
): Promise<readonly AuditEntry[]> {
  const streams = await fromEach(shards, (shard) =>
    newestEntries(shard, limit, filter, above?.[shards.all.indexOf(shard)] ?? null),
  );
  // The sort is stable, so entries of one shard in one millisecond keep their order.
  const merged = streams
    .toReversed()
    .flat()
    .sort((a, b) => msOf(b) - msOf(a));
  return merged.slice(0, limit).map(plainEntry);
}

const msOf = ({ id }: KeptEntry): number => Number.parseInt(id, 10);

const plainEntry = ({ id: _i, version: _v, servpack: _s, beside: _b, ...entry }: KeptEntry): AuditEntry =>
  entry;
